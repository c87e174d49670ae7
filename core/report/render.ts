// The campaign's report: one self-contained HTML page without scripts or remote parts, and the same numbers as JSON.

import type { CampaignConfig } from '../../contracts/campaign.ts';
import type { CampaignStatus } from '../../contracts/status.ts';
import { clusterSection, diversitySection } from './diversity-section.ts';
import { reportFigures } from './figures.ts';
import type { ReportFigures } from './figures.ts';
import { funnelSection } from './funnel-section.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { overview } from './overview.ts';
import { scoreSection } from './score-section.ts';
import { steeringSection } from './steering-section.ts';
import { reportStyle } from './style.ts';
import { workSection } from './work-section.ts';

export interface Report {
  readonly html: string;
  /** `ReportFigures` as JSON text. */
  readonly json: string;
}

/** A finished campaign or one under way; the same input gives the same bytes. */
export function renderReport(input: { readonly config: CampaignConfig; readonly status: CampaignStatus }): Report {
  const figures = reportFigures(input.config, input.status);
  return { html: page(figures).markup, json: `${JSON.stringify(figures, null, 2)}\n` };
}

function page(figures: ReportFigures): Markup {
  const scores = scoreSection(figures);
  const clusters = clusterSection(figures);
  const steering = steeringSection(figures);
  const links = [
    link('diversity', 'Diversity'),
    scores === null ? null : link('scores', 'Benchmarks'),
    link('funnel', 'Candidates'),
    clusters === null ? null : link('clusters', 'Clusters'),
    steering === null ? null : link('steering', 'Steering'),
    link('work', 'Time and tokens'),
    link('configuration', 'Configuration'),
    link('reading', 'How to read this'),
  ];
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${figures.campaign} · Diffract report</title><style>${{ markup: reportStyle }}</style></head>
<body><main>${overview(figures)}<nav>${links}</nav>
${diversitySection(figures)}
${scores}
${funnelSection(figures)}
${clusters}
${steering}
${workSection(figures)}
${configurationSection(figures)}
${readingSection(figures)}
<footer>Made by Diffract. report.json holds the same numbers (schema version ${figures.schemaVersion}).</footer></main></body></html>
`;
}

function link(id: string, name: string): Markup {
  return markup`<a href="#${id}">${name}</a>`;
}

function configurationSection({ config, pool, checkpoint }: ReportFigures): Markup {
  const artifacts = [
    pool === null ? null : markup`<p>Pool: <code>${pool.manifest}</code></p>`,
    checkpoint === null ? null : markup`<p>Student: <code>${checkpoint.manifest}</code></p>`,
  ];
  return markup`<section id="configuration"><h2>Configuration</h2>
<p class="about">As resolved from the campaign file, with every default. Artifacts are named by the sha256 of their manifest.</p>
${artifacts}<details><summary>The whole configuration</summary><pre>${JSON.stringify(config, null, 2)}</pre></details></section>`;
}

function readingSection({ proxy, rounds }: ReportFigures): Markup {
  const dimensions = rounds[0]?.pool.d;
  return markup`<section id="reading"><h2>How to read this</h2><dl>
<dt>G-Vendi</dt><dd>Each sample is turned into a sketch: the gradient of ${proxy}'s loss on it, projected to ${
    dimensions === undefined ? 'a few hundred' : dimensions
  } dimensions and scaled to length 1. G-Vendi is the exponential of the entropy of the sketches' spectrum: from 1 (all alike) up to the smaller of the number of samples and the number of dimensions (all orthogonal).</dd>
<dt>Equal n only</dt><dd>More samples can span more directions, so G-Vendi grows with n. A value says something beside another of the same n, the same proxy and the same projection; never across rounds, nor across proxies.</dd>
<dt>The random control</dt><dd>As many candidates drawn at random from those that passed every gate. It answers what the selection added over merely having more data. The two share candidates, so their intervals overlap more than their difference would.</dd>
<dt>Intervals of G-Vendi</dt><dd>Bootstrap over samples. Drawing with replacement repeats samples, which lowers diversity: the interval shows spread, not a corrected centre. Small sets have none.</dd>
<dt>Scores and their change</dt><dd>Intervals treat rows as independent. The change is paired by row and therefore narrower than the two intervals suggest. With several benchmarks, one in twenty intervals misses 0 by chance.</dd>
<dt>Out of distribution</dt><dd>A benchmark whose form or phenomena differ from the seeds, as the campaign file declares. Nothing checks that claim; a leak filter removes candidates that copy its rows.</dd>
<dt>Clusters and sparse</dt><dd>Spherical k-means over the pool's sketches. Candidates nearest to a cluster of the least populated part count as new directions; counts are updated as candidates are accepted.</dd>
</dl></section>`;
}
