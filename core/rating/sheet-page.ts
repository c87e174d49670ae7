// A sheet as one page that a rater opens from a disk: nothing is fetched, ratings stay in the browser until they are saved.

import { markup, type Markup } from '../report/markup.ts';
import type { Criterion, Rubric } from './rubric.ts';
import { sheetScript } from './sheet-script.ts';
import { sheetStyle } from './sheet-style.ts';
import { letterOf, type SheetEntry } from './sheets.ts';

export interface SheetPage {
  readonly rater: string;
  readonly rubric: Rubric;
  readonly entries: readonly SheetEntry[];
  /** Changes with the sheet, so that a browser does not fill one in with the ratings of another. */
  readonly version: string;
}

/** A whole HTML document. */
export function sheetPage({ rater, rubric, entries, version }: SheetPage): string {
  const names = rubric.criteria.map(({ name }) => name).join(' ');
  // Nobody may be asked for anything, by the browser's own word.
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  const body = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Ratings of ${rater}</title>
<style>${{ markup: sheetStyle }}</style>
</head>
<body data-rater="${rater}" data-criteria="${names}" data-version="${version}">
<header>
<h1>Ratings of ${rater}</h1>
<p>Every text has a letter; which system wrote it is kept from you. Rate each by itself. Keys: a digit chooses the value it
names and goes on; Tab and arrows as usual; <kbd>n</kbd> and <kbd>p</kbd> for the next and the previous item.</p>
<p role="status" id="state"></p>
</header>
<main>${entries.map((entry, place) => article(entry, rubric, place))}</main>
<footer>
<button type="button" id="previous">Previous</button>
<button type="button" id="next">Next</button>
<button type="button" id="unrated">Next unrated</button>
<button type="button" id="save">Save ratings</button>
</footer>
<script>${{ markup: sheetScript }}</script>
</body>
</html>
`;
  return body.markup;
}

function article({ item, systems }: SheetEntry, { criteria }: Rubric, place: number): Markup {
  const reference =
    item.reference === null ? null : markup`<h3>Reference</h3><div class="text">${item.reference}</div>`;
  const outputs = systems.map((system, at) => output(item.outputs.get(system) ?? '', criteria, [place, at]));
  return markup`
<article data-item="${item.id}" hidden>
<h2>Item ${item.id}</h2>
<details open><summary>What was asked</summary><div class="text">${item.prompt}</div>${reference}</details>
${outputs}
</article>`;
}

function output(text: string, criteria: readonly Criterion[], [item, at]: readonly [number, number]): Markup {
  const letter = letterOf(at);
  const fields = criteria.map((criterion, index) => field(criterion, `${item}-${at}-${index}`));
  const comment = `${item}-${at}-comment`;
  return markup`
<section data-output="${letter}" aria-label="Output ${letter}">
<h3>Output ${letter}</h3>
<div class="text">${text}</div>
${fields}
<label class="comment" for="${comment}">Comment</label><textarea id="${comment}" rows="2"></textarea>
</section>`;
}

function field({ name, question, values }: Criterion, group: string): Markup {
  const choices = values.map(({ value, label }) => {
    const id = `${group}-${value}`;
    return markup`<label for="${id}"><input type="radio" id="${id}" name="${group}" value="${value}">${value}: ${label}</label>`;
  });
  return markup`
<fieldset data-criterion="${name}"><legend>${question}</legend>${choices}</fieldset>`;
}
