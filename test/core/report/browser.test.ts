// The report in a real browser: it fits a telephone and a desk, in light and dark, and asks nobody for anything.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { renderReport } from '../../../core/report/render.ts';
import { inventedConfig, inventedStatus } from './invented-campaign.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const skip = executablePath === undefined ? 'no Chromium at /usr/bin/chromium' : false;

describe('the report in a browser', { skip }, () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, renderReport({ config: inventedConfig, status: inventedStatus }).html);
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

  for (const [width, colorScheme] of [
    [375, 'light'],
    [375, 'dark'],
    [1280, 'light'],
  ] as const) {
    it(`fits ${width} pixels (${colorScheme}) and loads nothing but itself`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => void requests.push(request.url()));
      page.on('console', (message) => void complaints.push(message.text()));
      page.on('pageerror', (error) => void complaints.push(error.message));
      await page.goto(address, { waitUntil: 'load' });
      // A function would be compiled for this process first; a text runs in the page as it is.
      const overflow = await page.evaluate<{ wide: number; sticking: string[] }>(`(() => {
        const clipped = (element) => {
          for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
            if (getComputedStyle(parent).overflowX !== 'visible') return true;
          }
          return false;
        };
        const sticking = [...document.body.querySelectorAll('*')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !clipped(element))
          .map((element) => element.outerHTML.slice(0, 80));
        return { wide: document.documentElement.scrollWidth - innerWidth, sticking };
      })()`);
      assert.deepEqual(overflow.sticking, []);
      assert.ok(overflow.wide <= 0, `the page is ${overflow.wide} pixels wider than the window`);
      assert.deepEqual(requests, [address]);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }
});
