// The gate of form: whole texts of the wanted length in the wanted language.

import type { DataActivities, FilterInput } from '../../contracts/activities.ts';
import type { Sample } from '../../contracts/samples.ts';
import { formatRefusal } from '../../core/filters/format.ts';
import { languageRefusal, type LanguageDetector } from '../../core/filters/language.ts';
import { lengthRefusal, type LengthRange } from '../../core/filters/length.ts';
import { taskNamed } from '../../tasks/registry.ts';
import type { OpenStore } from '../ports/store.ts';
import { sift, type Gate, type Refusal } from '../sieve.ts';
import { runStage } from '../stage.ts';

export interface FilterPorts {
  readonly openStore: OpenStore;
  /** Called where a campaign wants one language. */
  readonly openLanguageDetector: () => Promise<LanguageDetector>;
}

export function createFilterActivities({
  openStore,
  openLanguageDetector,
}: FilterPorts): Pick<DataActivities, 'filterCandidates'> {
  return {
    async filterCandidates({ candidates, filters, context }) {
      const store = await openStore(context.store);
      const { prompt, completion, language } = filters;
      const config = { task: context.task, prompt, completion, language };
      return runStage(store, { stage: 'filter', version: 2, inputs: [candidates], config }, async () => {
        const detector = language === null ? null : await openLanguageDetector();
        const gate = formGate(filters, context.task, detector);
        return { ...(await sift(store, 'filter', candidates, gate)), summary: null };
      });
    },
  };
}

/** What is wrong with the form of one part of a sample; null when nothing is. */
export function partRefusal(part: 'prompt' | 'completion', text: string, bounds: LengthRange): Refusal | null {
  const refusal = formatRefusal(text);
  if (refusal !== null) return { reason: refusal.reason, detail: `${part}: ${refusal.detail}` };
  return lengthRefusal(part, text, bounds);
}

function formGate(
  { prompt, completion, language }: FilterInput['filters'],
  taskName: Sample['task'],
  detector: LanguageDetector | null,
): Gate {
  const task = taskNamed(taskName);
  return (sample) =>
    partRefusal('prompt', sample.prompt, prompt) ??
    // A candidate that waits for its completion gets it from the vote, which looks at its form then.
    (sample.completion === '' ? null : partRefusal('completion', sample.completion, completion)) ??
    (detector === null || language === null
      ? null
      : languageRefusal(detector, language, `${task.duplicateText(sample)}\n${sample.completion}`)) ??
    sample;
}
