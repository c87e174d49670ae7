// What a person reads of a campaign that failed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ActivityFailure, ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { RetryState } from '@temporalio/common';
import { failureText } from '../../../adapters/temporal/failure-text.ts';

function failed(cause: Error): Error {
  return new WorkflowFailedError('Workflow execution failed', cause, RetryState.NON_RETRYABLE_FAILURE);
}

describe('the text of a failed campaign', () => {
  it('is what our code said of file and line, not what a parser said inside', () => {
    const parser = new SyntaxError('Unexpected token o');
    const ours = ApplicationFailure.create({ type: 'InvalidData', message: 'a.jsonl, line 3: ...', cause: parser });
    const activity = new ActivityFailure('Activity failed', 'importSamples', '1', RetryState.IN_PROGRESS, '', ours);
    assert.equal(failureText(failed(activity)), 'a.jsonl, line 3: ...');
    assert.equal(failureText(failed(ours)), 'a.jsonl, line 3: ...');
  });

  it('is the innermost message where no code of ours failed', () => {
    assert.equal(failureText(failed(new Error('outer', { cause: new Error('inner') }))), 'inner');
    assert.equal(failureText('a text'), 'a text');
  });
});
