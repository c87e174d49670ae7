// The report as a reader gets it: whole, self-contained, safe against its own data, and true to its numbers.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CampaignStatus } from '../../../contracts/status.ts';
import { renderReport } from '../../../core/report/render.ts';
import type { ReportFigures } from '../../../core/report/figures.ts';
import { inventedConfig, inventedStatus } from './invented-campaign.ts';

const render = (change: Partial<CampaignStatus> = {}) =>
  renderReport({ config: inventedConfig, status: { ...inventedStatus, ...change } });

describe('the HTML report', () => {
  const { html } = render();

  it('is one page without scripts and without anything fetched', () => {
    assert.match(html, /^<!doctype html>/);
    assert.doesNotMatch(html, /<script|<link|<img|<iframe|@import|url\(|https?:|javascript:|\son\w+=/i);
  });

  it('closes every element it opens', () => {
    const open: string[] = [];
    for (const [, slash, name, , own] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
      if (['meta', 'link', 'br'].includes(name ?? '') || own === '/') continue;
      if (slash === '') open.push(name ?? '');
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });

  it('draws no number that is none', () => {
    assert.doesNotMatch(html, /NaN|Infinity|undefined/);
  });

  it('shows each value beside its control at the same n', () => {
    assert.match(html, /21\.50 against 17\.10, n = 48 each/);
    assert.match(html, /more diverse than an equally large random draw in 3 of 3 rounds/);
    assert.match(html, /mean score changed by \+7\.0 points (.*) over 3 benchmarks/);
  });

  it('has a table for every chart', () => {
    const sections = html
      .split('<section')
      .slice(1)
      .filter((section) => section.includes('<svg'));
    assert.equal(sections.length, 6);
    for (const section of sections) assert.match(section, /<table>/);
  });

  it('shows what was accepted and right near sparse and near dense clusters, and says what is not known', () => {
    const [, section = ''] = html.split('<section id="steering">');
    assert.match(
      section,
      /sparse<\/td>.*?<td class="">48<\/td><td class="">40<\/td><td class="">83\.3 %<\/td><td class="">72\.0 %/s,
    );
    assert.match(
      section,
      /dense<\/td>.*?<td class="">61<\/td><td class="">8<\/td><td class="">13\.1 %<\/td><td class="">not known/s,
    );
  });

  it('tells apart what was refused without a solution to sketch', () => {
    assert.match(html, /Round 2: 7 refused had no solution to sketch and are not in the rate\./);
    assert.doesNotMatch(html, /Round 1: 0 refused/);
  });

  it('colours a change only when its interval excludes zero', () => {
    assert.match(html, /class="good">\+13\.0</);
    assert.match(html, /class="">\+9\.0</);
  });

  it('escapes whatever stands in names', () => {
    const attack = '<img src=x onerror=alert(1)>"\'&';
    const { html: attacked } = renderReport({
      config: { ...inventedConfig, sketch: { ...inventedConfig.sketch, proxy: attack } },
      status: {
        ...inventedStatus,
        campaign: attack,
        seedFunnel: [{ stage: attack, generator: attack, in: 1, kept: 0, rejected: { [attack]: 1 } }],
        scores: inventedStatus.scores.map((score) => ({ ...score, benchmark: attack })),
      },
    });
    assert.doesNotMatch(attacked, /<img/);
    assert.match(attacked, /&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&amp;/);
  });

  it('is the same bytes for the same campaign', () => {
    assert.equal(render().html, html);
  });
});

describe('a report of little', () => {
  it('says so before the first round', () => {
    const { html } = render({ history: [], scores: [], timings: [], seedDiversity: null, pool: null, outcome: null });
    assert.match(html, /No round has finished yet/);
    assert.doesNotMatch(html, /NaN|Infinity|undefined/);
    assert.doesNotMatch(html, /id="scores"|id="clusters"/);
  });

  it('says of a campaign without rounds what its student gained, and how large its pool is', () => {
    const { html } = renderReport({
      config: { ...inventedConfig, rounds: 0 },
      status: { ...inventedStatus, history: [], seedDiversity: null },
    });
    assert.match(html, /no round was to grow it\. Out of distribution the student&#39;s mean score changed by \+7\.0/);
    assert.match(html, new RegExp(`<b>${inventedStatus.pool?.rows} samples</b>`));
    assert.doesNotMatch(html, /NaN|undefined|not finished/);
  });

  it('shows scores before training alone', () => {
    const scores = inventedStatus.scores.map((score) => ({ ...score, after: null, differences: null }));
    const { html } = render({ scores });
    assert.match(html, /not measured/);
    assert.doesNotMatch(html, /NaN|Change, in percentage points/);
  });

  it('bears a round that accepted nothing', () => {
    const none = { gVendi: 0, n: 0, d: 1024, interval: null };
    const history = inventedStatus.history.map((round) => ({
      ...round,
      accepted: none,
      random: none,
      clusterSizes: [],
    }));
    const { html } = render({ history });
    assert.match(html, /in 0 of 3 rounds/);
    assert.doesNotMatch(html, /NaN|Infinity|undefined/);
  });
});

describe('the JSON report', () => {
  const figures = JSON.parse(render().json) as ReportFigures;

  it('holds the same numbers under a schema version', () => {
    assert.equal(figures.schemaVersion, 2);
    assert.equal(figures.campaign, 'invented');
    assert.deepEqual(figures.rounds[2]?.accepted, inventedStatus.history[2]?.accepted);
    assert.ok(Math.abs((figures.rounds[2]?.acceptedOverRandom ?? 0) - 21.5 / 17.1) < 1e-12);
    assert.ok(Math.abs((figures.scores[1]?.change?.value ?? 0) - 0.13) < 1e-12);
  });

  it('adds the funnels of all rounds and loses nobody', () => {
    const rules = figures.generators.find(({ generator }) => generator === 'rules');
    assert.equal(rules?.made, 480);
    assert.equal(rules.kept, 144);
    for (const { stages } of figures.generators) {
      for (const { in: into, kept, rejected } of stages) {
        assert.equal(into, kept + Object.values(rejected).reduce((sum, count) => sum + count, 0));
      }
    }
  });

  it('takes the means of each side as the campaign has them', () => {
    assert.deepEqual(figures.means, inventedStatus.means);
  });
});
