// What the report of a study is written from.

import type { StudyConfig } from '../../contracts/study.ts';
import type { StudyAnalysis } from '../study/analysis.ts';

export interface StudyReportSource {
  readonly study: StudyConfig;
  readonly analysis: StudyAnalysis;
  /** Trials of the whole study. */
  readonly planned: number;
}
