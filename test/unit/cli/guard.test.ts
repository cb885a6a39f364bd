import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { Guarded } from '../../../src/cli/reports/guard.ts';
import type { Place } from '../../../src/cli/reports/place.ts';
import { type OpenReport, publishReports } from '../../../src/cli/reports.ts';
import { json } from '../../../src/reporters/json.ts';
import { judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

const result = judged(plan(), ordinaryRun());
const throws = () => {
  throw new Error('of no use');
};

function place(publish: () => Promise<void> = async () => {}): Place & { told: string[] } {
  const told: string[] = [];
  return {
    told,
    output: written({}),
    async publish() {
      await publish();
      told.push('published');
    },
    discard: () => void told.push('discarded'),
  };
}

const opened = (reporter: Guarded, at: Place, changes = {}): OpenReport => ({
  reporter,
  place: at,
  failure: reporter.failure,
  target: { option: '--report', kind: 'json', path: 'out.json', ...changes },
});

describe('a reporter that throws', () => {
  it('is told no more of the run, and throws at nobody', async () => {
    const told: string[] = [];
    const reporter = new Guarded({
      start: () => void told.push('start'),
      second: throws,
      end: () => void told.push('end'),
    });
    reporter.start(plan());
    for (const each of ordinaryRun()) reporter.second(each, undefined as never);
    reporter.waits('nothing');
    await reporter.end(result);
    assert.deepEqual(told, ['start']);
    assert.equal(reporter.failure?.message, 'of no use');
  });

  it('is caught where it throws later, too', async () => {
    const reporter = new Guarded({ end: async () => throws() });
    await reporter.end(result);
    assert.equal(reporter.failure?.message, 'of no use');
  });

  it('takes no report of others along: its own is discarded, and told as a bug', async () => {
    const good = place();
    const reporter = new Guarded(json(good.output));
    const broken = new Guarded({ end: throws });
    const bad = place();
    for (const each of [broken, reporter]) await each.end(result);
    const said: string[] = [];
    const code = await publishReports([opened(broken, bad), opened(reporter, good)], (text) => said.push(text));
    assert.equal(code, 1);
    assert.deepEqual([bad.told, good.told], [['discarded'], ['published']]);
    assert.match(
      said.join('\n'),
      /^--report json=out\.json: not written, for a bug of mqtt-stress: please report it\nError: of no use\n +at /,
    );
  });
});

describe('publishing reports', () => {
  it('goes on where one cannot be written, and says why', async () => {
    const reporter = new Guarded({});
    const failing = place(async () => {
      throw new UserError('--report json=out.json: cannot be written', { cause: new Error('full'), hint: 'make room' });
    });
    const good = place();
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    assert.equal(await publishReports([opened(reporter, failing), opened(reporter, good)], say), 2);
    assert.deepEqual(said, ['--report json=out.json: cannot be written: full; make room']);
    assert.deepEqual(good.told, ['published']);
    assert.equal(await publishReports([opened(reporter, failing, { unasked: true })], say), 0);
    assert.equal(said.length, 2);
  });
});
