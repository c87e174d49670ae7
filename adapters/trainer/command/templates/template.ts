// A training program whose configuration file we can write, as data: texts may hold placeholders, and one that is only a
// placeholder becomes its value, number or text.

import type { Setting } from '../../../../contracts/trainers.ts';

export type Settings = Readonly<Record<string, Setting>>;

export interface ProgramTemplate {
  /** What follows from the run: where things lie, what to resume. The settings of a campaign file may not change it. */
  readonly decided: Settings;
  /** Ours until the settings of a campaign file say otherwise. */
  readonly defaults: Settings;
  /** Files beside the training set, by name; written as JSON. */
  readonly dataFiles: Settings;
  /** The name under `programs/` of the program itself, where it is ours. */
  readonly program: string | null;
}
