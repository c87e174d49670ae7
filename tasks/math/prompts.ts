// The wording of everything the task math asks, as constants. A change of a template's text raises the number in its name.

export const generationTemplate = 'math-generation/1';

export const generationSystem =
  'You write mathematics problems. Every problem can be solved from its own text and has one final answer that can be checked.';

export const generationRequest = `Study the examples above: which ideas they use and how many steps they take.
Write 2 new problems that are as hard or harder and need a different idea or setting than the examples.
Rules:
- No multiple choice, no proofs, no drawings; every quantity that is needed is stated.
- Write the problems only, without solutions.
Give each problem in exactly this form, between lines of three hyphens:
---
[[Problem]]
...
---`;

export const attemptSystem =
  'You solve mathematics problems. Work step by step, check the result, and state it once at the end.';

export const attemptRequest =
  'Solve the problem. Put the final answer, and nothing else, in \\boxed{} on the last line.';
