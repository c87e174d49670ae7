// What an operator may do to a running campaign: pause, resume, set its budget, stop. Updates, so that each one stands in the
// history with its answer; validators refuse what makes no sense before it gets there.

import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { Update, type PauseArguments, type SetBudgetArguments } from '../contracts/messages.ts';
import type { TokenUse } from '../contracts/status.ts';
import { budgetReason } from '../core/plan/budget.ts';

export const pauseUpdate = defineUpdate<void, [PauseArguments]>(Update.Pause);
export const resumeUpdate = defineUpdate<void>(Update.Resume);
export const setBudgetUpdate = defineUpdate<void, [SetBudgetArguments]>(Update.SetBudget);
export const stopUpdate = defineUpdate<void>(Update.Stop);
export interface ControlState {
  /** The reason of a pause; null while running. */
  readonly paused: string | null;
  /** Language-model tokens; null: none set. */
  readonly budget: number | null;
  readonly stopping: boolean;
}

export interface Controls {
  state(): ControlState;
  /** Waits until neither a pause nor a spent budget holds the campaign back; a stop lets everything pass. */
  clearance(tokens: () => TokenUse): Promise<void>;
}

export function openControls(
  carried: ControlState,
  { onHold }: { readonly onHold: (reason: string | null) => Promise<void> },
): Controls {
  let state = carried;
  const hold = async (paused: string | null) => {
    state = { ...state, paused };
    await onHold(paused);
  };
  setHandler(pauseUpdate, ({ reason }: PauseArguments) => hold(`paused by operator: ${reason}`), {
    validator: ({ reason }: PauseArguments) =>
      refuseUnless(reason.trim() !== '', 'pause: no reason given; say why in one line'),
  });
  setHandler(resumeUpdate, () => hold(null), {
    validator: () => refuseUnless(state.paused !== null, 'resume: the campaign is not paused'),
  });
  setHandler(setBudgetUpdate, ({ tokens }) => void (state = { ...state, budget: tokens }), {
    validator: ({ tokens }) =>
      refuseUnless(
        tokens === null || (Number.isInteger(tokens) && tokens >= 0),
        `setBudget: tokens is ${tokens}; expected a whole number of at least 0, or null for none`,
      ),
  });
  setHandler(stopUpdate, async () => {
    state = { ...state, stopping: true };
    if (state.paused !== null) await hold(null);
  });
  return {
    state: () => state,
    async clearance(tokens) {
      const reason = () => (state.stopping ? null : (state.paused ?? budgetReason(tokens(), state.budget)));
      let held = reason();
      if (held === null) return;
      // A pause on top of a spent budget, and its end, change what is waited for and what is shown.
      while (held !== null) {
        const shown = held;
        await onHold(shown);
        await condition(() => reason() !== shown);
        held = reason();
      }
      await onHold(null);
    },
  };
}

function refuseUnless(accepted: boolean, message: string): void {
  if (!accepted) throw ApplicationFailure.nonRetryable(message, 'Refused');
}
