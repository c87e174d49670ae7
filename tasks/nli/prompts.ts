// The wording of everything the task nli asks, as constants. A change of a template's text raises the number in its name.

/** How a student is asked. The question is the same for every sample, so that it tells nothing of the label. */
export const questionLine = 'Does the premise entail the hypothesis? Answer yes or no.';

export const generationTemplate = 'nli-generation/1';

export const generationSystem =
  'You write test material for natural language inference. A premise entails a hypothesis when anyone who accepts the ' +
  'premise must accept the hypothesis; "no" covers both a contradiction and a hypothesis that may or may not be true.';

export const generationRequest = `Study the examples above: what makes each label right, and what they leave untouched.
Write 2 new items that need other kinds of reasoning, topics and sentence forms than the examples.
Rules:
- Every word that the label depends on is in the premise or is common knowledge of the language; no outside facts.
- One item has the label yes and one has the label no; neither label shows in the wording of the hypothesis alone.
- Premise and hypothesis are each one paragraph of plain English.
Give each item in exactly this form, between lines of three hyphens:
---
Premise: ...
Hypothesis: ...
Label: yes or no
---`;

export const attemptSystem =
  'You judge natural language inference. Say "yes" only if the hypothesis must be true whenever the premise is true; ' +
  'say "no" if it is false or merely possible.';

export const attemptRequest =
  'Think it through in a few short sentences, then end with a line of the form "Answer: yes" or "Answer: no".';
