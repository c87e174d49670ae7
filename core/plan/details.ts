// What an operator reads on a campaign's page in the Temporal UI: one Markdown card, rewritten as things change.

import type { CampaignProgress } from '../../contracts/status.ts';
import { tokensUsed } from './budget.ts';

/** At most a few hundred bytes of Markdown without images or HTML. */
export function progressDetails({ context, round, rounds, progress, waiting, ...known }: CampaignProgress): string {
  const lines = [
    `**${context.campaign}** (${context.task}): round ${round} of ${rounds}, stage \`${progress.stage}\``,
    waiting === null ? null : `- **Waiting:** ${waiting}`,
    known.seedDiversity === null ? null : `- G-Vendi of the seeds: ${diversityText(known.seedDiversity)}`,
    known.pool === null ? null : `- Pool: ${known.pool.rows} samples`,
    `- Tokens: ${tokensUsed(known.tokens)} in ${known.tokens.requests} requests, cost ${costText(known.tokens.cost)}`,
    known.ending === null ? null : `- **Ending:** ${known.ending}`,
    known.outcome === null ? null : `- **Outcome:** ${known.outcome}`,
  ];
  return lines.filter((line) => line !== null).join('\n');
}

function costText(cost: number | null): string {
  return cost === null ? 'unknown' : String(Number(cost.toFixed(4)));
}

function diversityText({ gVendi, n, d }: { gVendi: number; n: number; d: number }): string {
  return `${gVendi.toFixed(2)} (n ${n}, d ${d})`;
}
