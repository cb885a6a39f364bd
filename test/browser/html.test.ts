import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { htmlReport } from '../../src/reporters/html/page.ts';
import type { Result } from '../../src/verdict/result.ts';
import { chromiumMissing, openChromium } from '../support/chromium.ts';
import { cli } from '../support/spawn-cli.ts';

const hostile = '"><img src=x onerror="globalThis.pwned = 1"></script><script>globalThis.pwned = 1</script>';

const scenario = `
name: ${JSON.stringify(hostile)}
warmUp: 1s
duration: 3s
drain: 2s
groups:
  devices: { clients: 6, publish: { topic: "<b>a</b>/{index}", qos: 1, rate: 20/s, payload: 64B } }
  screens: { clients: 2, subscribe: { topic: "<b>a</b>/+", qos: 1 } }
thresholds:
  delivery_time: ["p(99) < 30s"]
  messages_sent: ["rate > 1000000/s"]
`;

/** The same run as one of a hostile program would tell it: names that a scenario does not allow. */
function poisoned(result: Result): Result {
  const text = JSON.stringify(result).replaceAll('"devices"', JSON.stringify(hostile));
  const read = JSON.parse(text) as Result;
  const violation = { kind: 'duplicate', publisher: hostile, subscriber: hostile, topic: hostile } as const;
  return {
    ...read,
    reasons: [hostile],
    warnings: [hostile],
    events: [{ t: 1500, text: hostile }],
    takeovers: [{ clientId: hostile, broker: hostile, count: 1, clients: [hostile] }],
    violations: [{ ...violation, qos: 1, sequence: 0, t: 5 }],
    brokers: { ...read.brokers, [hostile]: { ...(Object.values(read.brokers)[0] as Result['brokers'][string]) } },
  };
}

/** A run that sent twice as much. */
function doubled(result: Result): Result {
  const series = result.series.map((entry) => ({
    ...entry,
    counts: { ...entry.counts, messages_sent: 2 * (entry.counts.messages_sent ?? 0) },
  }));
  return { ...result, series };
}

describe('the HTML report in a browser', { skip: chromiumMissing() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-html-'));
  const pages = {
    own: join(folder, 'own.html'),
    hostile: join(folder, 'hostile.html'),
    both: join(folder, 'both.html'),
  };
  let browser: Browser;
  let result: Result;

  before(async () => {
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, scenario);
    const json = join(folder, 'result.json');
    const reports = ['--report', `html=${pages.own}`, '--report', `json=${json}`];
    const { code, stderr } = await cli('run', file, '--quiet', '--allow-invalid', ...reports);
    assert.equal(code, 99, stderr);
    result = JSON.parse(readFileSync(json, 'utf8')) as Result;
    writeFileSync(pages.hostile, htmlReport(poisoned(result)));
    writeFileSync(pages.both, htmlReport(result, doubled(result)));
    browser = await openChromium();
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Shows a page; nothing may be complained of, and nothing asked for but the page. */
  async function shown(
    file: string,
    use: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await use(page);
    await context.close();
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, [url]);
  }

  it('draws every chart, without a complaint or a request', async () => {
    await shown(pages.own, async (page) => {
      assert.deepEqual((await page.locator('.chart h3').allTextContents()).slice(0, 5), [
        'Throughput',
        'Delivery time',
        'Publish time',
        'Latency distribution',
        'Clients',
      ]);
      for (const canvas of await page.locator('canvas').all()) assert.ok((await colours(canvas)) > 10);
    });
  });

  it('tells the figures of the second under the cursor, in all charts over time', async () => {
    await shown(pages.own, async (page) => {
      await hover(page, 0.5);
      const when = await page.locator('.chart .when').first().textContent();
      const second = Number(/^(\d+)s to/.exec(when ?? '')?.[1]);
      const { counts, times } = result.series.find(({ t }) => t === 1000 * second) as Result['series'][number];
      assert.equal(await value(page, 'Throughput', 'sent'), `${counts.messages_sent}/s`);
      const p99 = Number((times.delivery_time?.p99 ?? 0).toPrecision(3));
      const told = p99 >= 1 ? `${p99} ms` : `${Math.round(1000 * (times.delivery_time?.p99 ?? 0))} us`;
      assert.equal(await value(page, 'Delivery time', 'p99'), told);
      assert.equal(await chart(page, 'Clients').locator('.when').textContent(), when);
      await hover(page, 0.75);
      assert.notEqual(await page.locator('.chart .when').first().textContent(), when);
    });
  });

  it('shows a group when it is chosen', async () => {
    await shown(pages.own, async (page) => {
      await page.locator('#group').selectOption('screens');
      const labels = await chart(page, 'Throughput').locator('.key span').allTextContents();
      assert.deepEqual(labels, ['received']);
    });
  });

  it('takes hostile names for text', async () => {
    await shown(pages.hostile, async (page) => {
      await page.locator('#group').selectOption(hostile);
      assert.equal(await page.evaluate('globalThis.pwned'), undefined);
      assert.equal(await page.locator('main img, main script, td b').count(), 0);
      assert.equal(await page.locator('h1').textContent(), hostile);
      const text = await page.locator('main').innerText();
      for (const part of ['Takeovers', 'Groups', 'Brokers', 'Warnings', 'Events'])
        assert.ok(text.indexOf(hostile, text.indexOf(part)) > 0, part);
    });
  });

  it('reads without JavaScript', async () => {
    const use = async (page: Page) => {
      assert.ok(await page.locator('#thresholds table').isVisible());
      const first = await page.locator('#thresholds tbody tr').first().innerText();
      assert.match(first, /failed\s+messages_sent\s+[\d.,]+\/s\s+rate > 1000000\/s/);
      assert.equal(await page.locator('#over-time').isVisible(), false);
      await page.locator('#seconds summary').click();
      assert.ok((await page.locator('#seconds tbody tr').count()) >= 4);
    };
    await shown(pages.own, use, { javaScriptEnabled: false });
  });

  it('is dark where the system is, until somebody chooses', async () => {
    const ground = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await shown(
      pages.own,
      async (page) => {
        assert.equal(await ground(page), 'rgb(18, 22, 28)');
        await page.locator('#theme button').click();
        assert.equal(await ground(page), 'rgb(246, 247, 249)');
        for (const canvas of await page.locator('canvas').all()) assert.ok((await colours(canvas)) > 10);
      },
      { colorScheme: 'dark' },
    );
  });

  it('prints in black on white, charts included', async () => {
    await shown(
      pages.own,
      async (page) => {
        await page.emulateMedia({ media: 'print' });
        assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
        await page.locator('.u-wrap[style*="width: 640px"]').first().waitFor();
        for (const canvas of await page.locator('canvas').all()) assert.ok((await colours(canvas)) > 10);
        assert.ok((await page.pdf()).length > 20_000);
      },
      { colorScheme: 'dark' },
    );
  });

  it('lays a run over its base', async () => {
    await shown(pages.both, async (page) => {
      await hover(page, 0.5);
      const sent = Number.parseInt(await value(page, 'Throughput', 'sent'), 10);
      const base = await chart(page, 'Throughput').locator('.key', { hasText: 'sent' }).locator('small').textContent();
      assert.equal(base, `base ${2 * sent}/s`);
      assert.match(await page.locator('.against').innerText(), /compared with the base/);
      const both = await colours(page.locator('canvas').first(), true);
      await shown(pages.own, async (alone) => {
        assert.notEqual(await colours(alone.locator('canvas').first(), true), both);
      });
    });
  });

  it('fits a phone', async () => {
    const wider = async (page: Page) =>
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    for (const page of Object.values(pages)) await shown(page, wider, { viewport: { width: 390, height: 800 } });
  });
});

function chart(page: Page, title: string): Locator {
  return page.locator('.chart', { has: page.locator('h3', { hasText: title }) });
}

async function value(page: Page, title: string, line: string): Promise<string> {
  return (await chart(page, title).locator('.key', { hasText: line }).locator('b').textContent()) ?? '';
}

/** Over the first chart, so far from its left end. */
async function hover(page: Page, share: number): Promise<void> {
  const plot = page.locator('.u-over').first();
  const { width, height } = (await plot.boundingBox()) ?? { width: 0, height: 0 };
  await plot.hover({ position: { x: width * share, y: height / 2 } });
}

/** How many colours a canvas has; or how many of its points are painted. */
function colours(canvas: Locator, points = false): Promise<number> {
  return canvas.evaluate((element, countPoints) => {
    const { width, height } = element as unknown as { width: number; height: number };
    const context = (element as unknown as { getContext(kind: '2d'): Context }).getContext('2d');
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    return countPoints ? pixels.filter((pixel) => pixel !== 0).length : new Set(pixels).size;
  }, points);
}

type Context = { getImageData(x: number, y: number, width: number, height: number): { data: { buffer: ArrayBuffer } } };
