// A rating page in a real browser: filled in by keys alone, kept over a reload, saved as a table that is read back.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readRatings } from '../../../core/rating/rating-lines.ts';
import { evidenceRubric as rubric } from '../../../core/rating/rubric.ts';
import { sheetPage } from '../../../core/rating/sheet-page.ts';
import { keyOf, planSheets } from '../../../core/rating/sheets.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const skip = executablePath === undefined ? 'no Chromium at /usr/bin/chromium' : false;
const breakOut = '</script><script>window.broken = true</script><img src="http://127.0.0.1:9/x.png">';
const items = ['first', 'second'].map((id) => ({
  id,
  prompt: `Summarise & "quote" ${id}. ${breakOut}`,
  reference: null,
  outputs: new Map([
    ['ours', `ours, ${id} ${breakOut}`],
    ['theirs', `theirs, ${id}`],
  ]),
}));
const sheets = planSheets(items, { raters: ['ann'], overlap: 1, seed: 1 });
/** The highest (-1) or the lowest (0) value of everything, for both outputs of an item. */
const keysOf = (place: -1 | 0): string[] =>
  [...rubric.criteria, ...rubric.criteria].map(({ values }) => String(values.at(place)!.value));

describe('a rating page in a browser', { skip }, () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-rating-page-'));
    const file = join(folder, 'ann.html');
    await writeFile(file, sheetPage({ rater: 'ann', rubric, entries: sheets.get('ann')!, version: 'abc' }));
    address = pathToFileURL(file).href;
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function saved(page: Page): Promise<Record<string, string>[]> {
    const waiting = page.waitForEvent('download');
    await page.click('#save');
    const download = await waiting;
    assert.equal(download.suggestedFilename(), 'ratings-ann.csv');
    return parse(await readFile(await download.path(), 'utf8'), { columns: true });
  }

  it('is filled in by keys alone, asks nobody for anything and gives what ratings are read from', async () => {
    const page = await browser.newPage({ acceptDownloads: true });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => void requests.push(request.url()));
    page.on('console', (message) => void complaints.push(message.text()));
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(address, { waitUntil: 'load' });
    assert.deepEqual([requests, complaints], [[address], []]);
    assert.equal(await page.evaluate('window.broken'), undefined);

    const state = page.locator('#state');
    assert.match((await state.textContent())!, /Item 1 of 2; 0 rated in full/);
    // After the last question of an output comes the first of the next.
    for (const key of keysOf(-1)) await page.keyboard.press(key);
    assert.match((await state.textContent())!, /Item 1 of 2; 1 rated in full/);
    await page.keyboard.press('n');
    for (const key of keysOf(0)) await page.keyboard.press(key);
    assert.match((await state.textContent())!, /Item 2 of 2; 2 rated in full/);
    const comment = page.locator('article:not([hidden]) textarea').first();
    await comment.fill('it says "no", 1n\nreally');
    await comment.blur();

    await page.reload({ waitUntil: 'load' });
    assert.match((await state.textContent())!, /2 rated in full/);
    const rows = await saved(page);
    const key = keyOf(sheets);
    const ratings = readRatings(
      rows.map((columns, at) => ({ file: 'ann.csv', line: at + 2, columns })),
      rubric,
      key,
    );
    assert.equal(ratings.length, 4);
    const [first, second] = sheets.get('ann')!.map(({ item }) => item.id);
    for (const { item, values } of ratings) {
      const place = item === first ? -1 : 0;
      assert.ok(item === first || item === second);
      assert.deepEqual(
        [...values.values()],
        rubric.criteria.map((criterion) => criterion.values.at(place)!.value),
      );
    }
    assert.ok(rows.some((row) => row['comment'] === 'it says "no", 1n\nreally'));
    assert.deepEqual([requests.filter((url) => !url.startsWith('blob:')), complaints], [[address, address], []]);
    await page.context().close();
  });

  it('says when what is saved is not whole, and leaves those cells empty', async () => {
    const page = await browser.newPage({ acceptDownloads: true });
    await page.goto(address, { waitUntil: 'load' });
    await page.keyboard.press('1');
    const rows = await saved(page);
    assert.match((await page.locator('#state').textContent())!, /Saved; 2 items are not rated in full/);
    assert.deepEqual(
      rows.flatMap((row) => rubric.criteria.map(({ name }) => row[name])).filter((cell) => cell !== '').length,
      1,
    );
    await page.context().close();
  });

  for (const width of [375, 1280]) {
    it(`fits ${width} pixels`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      await page.goto(address, { waitUntil: 'load' });
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(wide <= 0, `the page is ${wide} pixels wider than the window`);
      await page.context().close();
    });
  }
});
