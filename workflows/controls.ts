// What an operator may do to a running campaign: pause, resume, set its budget, stop. Updates, so that each one stands in the
// history with its answer; validators refuse what makes no sense before it gets there.

import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { BudgetConfig } from '../contracts/campaign.ts';
import { Update, type PauseArguments, type SetBudgetArguments, type StopArguments } from '../contracts/messages.ts';
import type { TokenUse } from '../contracts/status.ts';
import { hardBudgetReason, softBudgetReason } from '../core/plan/budget.ts';

export const pauseUpdate = defineUpdate<void, [PauseArguments]>(Update.Pause);
export const resumeUpdate = defineUpdate<void>(Update.Resume);
export const setBudgetUpdate = defineUpdate<void, [SetBudgetArguments]>(Update.SetBudget);
export const stopUpdate = defineUpdate<void, [StopArguments?]>(Update.Stop);

export interface ControlState {
  /** The reason of a pause; null while running. */
  readonly paused: string | null;
  readonly budget: BudgetConfig;
  /** The operator went on past the soft limits. */
  readonly softPassed: boolean;
  /** `now`: the running stage is given up; `round`: the round is finished first; null: nobody stopped it. */
  readonly stopping: 'now' | 'round' | null;
}

export interface Controls {
  state(): ControlState;
  /** Waits until no pause holds the campaign back; a stop lets everything pass. */
  clearance(): Promise<void>;
  /** The same, and until no budget holds it back. */
  spendingClearance(tokens: () => TokenUse): Promise<void>;
}

export interface Listeners {
  /** Its name, for messages. */
  readonly campaign: string;
  /** Whether a limit of cost can be kept. */
  readonly pricesKnown: boolean;
  readonly onHold: (reason: string | null) => Promise<void>;
  readonly onBudget: () => Promise<void>;
}

export function openControls(carried: ControlState, { campaign, pricesKnown, onHold, onBudget }: Listeners): Controls {
  let state = carried;
  let softHeld = false;
  const hold = async (paused: string | null) => {
    state = { ...state, paused };
    await onHold(paused);
  };
  setHandler(pauseUpdate, ({ reason }: PauseArguments) => hold(`paused by operator: ${reason}`), {
    validator: ({ reason }: PauseArguments) =>
      refuseUnless(reason.trim() !== '', 'pause: no reason given; say why in one line'),
  });
  setHandler(
    resumeUpdate,
    async () => {
      // Who ends a pause has not seen the soft limit behind it.
      if (state.paused !== null) await hold(null);
      else state = { ...state, softPassed: true };
    },
    { validator: () => refuseUnless(state.paused !== null || softHeld, 'resume: the campaign is not paused') },
  );
  setHandler(
    setBudgetUpdate,
    async (change) => {
      const softAgain = 'softTokens' in change || 'softCost' in change;
      state = { ...state, budget: { ...state.budget, ...change }, softPassed: state.softPassed && !softAgain };
      await onBudget();
    },
    { validator: (change: SetBudgetArguments) => requireBudget(change, pricesKnown) },
  );
  setHandler(stopUpdate, async (how) => {
    state = { ...state, stopping: how?.now === true || state.stopping === 'now' ? 'now' : 'round' };
    if (state.paused !== null) await hold(null);
  });

  return {
    state: () => state,
    clearance: () => waitWhile(() => (state.stopping !== null ? null : state.paused), onHold),
    async spendingClearance(tokens) {
      const soft = () => (state.softPassed ? null : softBudgetReason(tokens(), state.budget, campaign));
      await waitWhile(() => {
        const budget = hardBudgetReason(tokens(), state.budget, campaign) ?? soft();
        softHeld = budget !== null && budget === soft();
        return state.stopping !== null ? null : (state.paused ?? budget);
      }, onHold);
      softHeld = false;
    },
  };
}

/** A pause on top of a spent budget, and its end, change what is waited for and what is shown. */
async function waitWhile(reason: () => string | null, onHold: Listeners['onHold']): Promise<void> {
  let held = reason();
  if (held === null) return;
  while (held !== null) {
    const shown = held;
    await onHold(shown);
    await condition(() => reason() !== shown);
    held = reason();
  }
  await onHold(null);
}

function requireBudget(change: SetBudgetArguments, pricesKnown: boolean): void {
  const limitsCost = [change.cost, change.softCost].some((limit) => limit !== undefined && limit !== null);
  refuseUnless(pricesKnown || !limitsCost, 'setBudget: the campaign file names no prices, so cost is unknown');
  for (const [name, limit] of Object.entries(change) as [keyof BudgetConfig, number | null][]) {
    const whole = !name.toLowerCase().includes('tokens') || limit === null || Number.isInteger(limit);
    refuseUnless(
      limit === null || (limit >= 0 && whole),
      `setBudget: ${name} is ${limit}; expected ${whole ? 'a number' : 'a whole number'} of at least 0, or null for none`,
    );
  }
}

function refuseUnless(accepted: boolean, message: string): void {
  if (!accepted) throw ApplicationFailure.nonRetryable(message, 'Refused');
}
