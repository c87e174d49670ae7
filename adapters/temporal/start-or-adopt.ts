// Starts a workflow under a name, or adopts the one that runs there with the same configuration.

import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { CampaignMemo } from '../../contracts/messages.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { TaskQueue } from '../../contracts/queues.ts';
import { canonicalJson } from '../../core/canonical-json.ts';

export interface WantedRun {
  /** `campaign`, `evaluation`: the workflow's type, and what messages call it. */
  readonly workflow: string;
  readonly workflowId: string;
  readonly name: string;
  /** What decides whether two runs are the same. */
  readonly config: unknown;
  readonly input: unknown;
  readonly summary: string;
  /** What to do where another configuration runs under the name. */
  readonly remedy: string;
}

/** @throws {PermanentError} `CampaignConflict` when another configuration runs under that name */
export async function startOrAdopt(
  client: Client,
  { workflow, workflowId, name, config, input, summary, remedy }: WantedRun,
): Promise<{ readonly workflowId: string; readonly adopted: boolean }> {
  const memo: CampaignMemo = { configuration: createHash('sha256').update(canonicalJson(config)).digest('hex') };
  try {
    await client.workflow.start(workflow, {
      taskQueue: TaskQueue.Control,
      workflowId,
      args: [input],
      memo: { ...memo },
      priority: { fairnessKey: name.slice(0, 64) },
      staticSummary: summary,
      workflowIdConflictPolicy: 'FAIL',
    });
    return { workflowId, adopted: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo: running } = await client.workflow.getHandle(workflowId).describe();
    if (running?.['configuration'] === memo.configuration) return { workflowId, adopted: true };
    const article = /^[aeiou]/.test(workflow) ? 'An' : 'A';
    throw new PermanentError(
      FailureType.CampaignConflict,
      `${article} ${workflow} named ${name} is running with another configuration (found ${short(running?.['configuration'])}, ` +
        `this file gives ${short(memo.configuration)}). ${remedy}`,
    );
  }
}

function short(hash: unknown): string {
  return typeof hash === 'string' ? hash.slice(0, 12) : 'none';
}
