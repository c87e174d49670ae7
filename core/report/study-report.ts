// The report of a study: one self-contained HTML page, and the same numbers as JSON.

import { percent, plural, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Report } from './render.ts';
import { correlationSection, leadSection } from './study-correlations.ts';
import type { StudyReportSource } from './study-report-source.ts';
import { scatterSection, screeningSection, spreadSection } from './study-sections.ts';
import { reportStyle } from './style.ts';

/** The JSON form of the report. */
export interface StudyFigures extends StudyReportSource {
  readonly schemaVersion: 1;
}

/** A finished study or one under way; the same input gives the same bytes. */
export function renderStudy(source: StudyReportSource): Report {
  const figures: StudyFigures = { schemaVersion: 1, ...source };
  return { html: page(source).markup, json: `${JSON.stringify(figures, null, 2)}\n` };
}

function page(source: StudyReportSource): Markup {
  const { study, analysis } = source;
  const hasUnits = analysis.tables.length > 0;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${study.name} · Diffract study</title><style>${{ markup: reportStyle }}</style></head>
<body><main>${overview(source)}
${hasUnits ? correlationSection(source) : null}
${hasUnits ? leadSection(source) : null}
${hasUnits ? scatterSection(source) : null}
${screeningSection(source)}
${hasUnits ? spreadSection(source) : null}
${readingSection(source)}
<section id="configuration"><h2>Configuration</h2><p class="about">As resolved from the study file, with every default.</p>
<details><summary>The whole configuration</summary><pre>${JSON.stringify(study, null, 2)}</pre></details></section>
<footer>Made by Diffract. report.json holds the same numbers (schema version 1).</footer></main></body></html>
`;
}

function overview({ study, analysis, planned }: StudyReportSource): Markup {
  const done = analysis.trials < planned ? `${percent(analysis.trials / planned)} done: early results` : 'all done';
  const tiles = [
    { name: 'Trained students', value: whole(analysis.trials), note: done },
    { name: 'Subsets', value: whole(analysis.subsets), note: `${study.size} samples each` },
    { name: 'Recipes', value: whole(analysis.recipes), note: `of ${plural(study.recipes.length, 'mechanism')}` },
    { name: 'Students', value: whole(study.students.length), note: study.students.map(({ name }) => name).join(', ') },
  ].map(
    ({ name, value, note }) => markup`<div class="tile"><span>${name}</span><b>${value}</b><span>${note}</span></div>`,
  );
  return markup`<header><p class="eyebrow">Diffract study, task ${study.task}</p><h1>${study.name}</h1>
<p class="lead">Does a measure of diversity, taken of a training set alone, say how a student trained on it does out of distribution?</p></header>
<div class="tiles">${tiles}</div>`;
}

function readingSection({ study }: StudyReportSource): Markup {
  const { size, matching } = study;
  return markup`<section id="reading"><h2>How to read this</h2><dl>
<dt>Matched subsets</dt><dd>Every subset has ${size} samples${
    matching.labels === 'none' ? '' : ', each label as often as in every other subset'
  }${matching.lengthBands > 1 ? `, and within a label each of ${matching.lengthBands} bands of length as often` : ''}.</dd>
<dt>Recipe and draw</dt><dd>A recipe is one way to draw subsets with one setting. At the level of recipes a point is the mean of its draws, which takes out much of the luck of a single subset.</dd>
<dt>rho</dt><dd>Spearman's rank correlation of a measure with the mean score out of distribution. Measures that fall with diversity (self-BLEU, compression ratio, ...) are turned, so that a positive rho always means: more diverse, better. The mean loss of the proxy is left as it is.</dd>
<dt>Intervals</dt><dd>95 %, bootstrap over recipes with all their draws. With many measures and groups, some intervals exclude 0 by chance.</dd>
<dt>Shares held fixed</dt><dd>Partial rank correlation given the shares of the pool's sources: what is left when two subsets come from the same mix.</dd>
<dt>Screening</dt><dd>Benchmarks on which the student does not beat chance when trained on random subsets say nothing and are left out of its mean. This is decided from subsets drawn for it alone.</dd>
<dt>Cause</dt><dd>A rank correlation over subsets of one pool with these students; no proof that diversity is the reason.</dd>
</dl></section>`;
}
