// The order in which sequences of one context are evaluated: in each round first the pieces of prompts, every one alone,
// then one step of every sequence that is in the middle of its answer. So what is evaluated together depends on nothing
// but how many answer at the moment.

export interface Rounds {
  /** Runs `work` with nothing else in the context's batch. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work`, which evaluates one token of the sequence at `place`, in the next round. */
  step<T>(place: number, work: () => Promise<T>): Promise<T>;
}

/** Runs the steps of a round: one by one, or all at once, which llama.cpp then makes one batch of. */
export type RunSteps = (steps: readonly (() => Promise<void>)[]) => Promise<void>;

export const oneByOne: RunSteps = async (steps) => {
  for (const step of steps) await step();
};

export const allAtOnce: RunSteps = async (steps) => {
  await Promise.all(steps.map((step) => step()));
};

interface Step {
  readonly place: number;
  readonly run: () => Promise<void>;
}

export function createRounds(runSteps: RunSteps): Rounds {
  const prompts: (() => Promise<void>)[] = [];
  const steps: Step[] = [];
  let planned = false;

  function plan(): void {
    if (planned) return;
    planned = true;
    // A turn of the event loop later: those whose step has just ended have asked for their next one by then.
    setImmediate(() => void runRound());
  }

  async function runRound(): Promise<void> {
    await oneByOne(prompts.splice(0));
    // llama.cpp makes one batch of neighbouring sequences only, and only in their order.
    const ordered = steps.splice(0).sort((a, b) => a.place - b.place);
    await runSteps(ordered.map(({ run }) => run));
    planned = false;
    if (prompts.length + steps.length > 0) plan();
  }

  return {
    alone: (work) =>
      new Promise((resolve, reject) => {
        prompts.push(() => work().then(resolve, reject));
        plan();
      }),
    step: (place, work) =>
      new Promise((resolve, reject) => {
        steps.push({ place, run: () => work().then(resolve, reject) });
        plan();
      }),
  };
}
