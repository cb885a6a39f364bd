import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ChangeRule, parseChangeRule } from '../../../src/metrics/change-rule.ts';
import { compare } from '../../../src/verdict/compare/compare.ts';
import { parseRules, partsOf, requireParts } from '../../../src/verdict/compare/rules.ts';
import {
  comparedCode,
  comparisonReasons,
  endCode,
  withComparison,
} from '../../../src/verdict/compare/with-comparison.ts';
import type { Comparison } from '../../../src/verdict/comparison.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { type Figures, normal, resultOf, wanderingSeconds } from '../../support/compared.ts';
import { randomFor, seeded } from '../../support/seeded.ts';

const rule = (text: string) => parseChangeRule(text) as ChangeRule;
const p99 = rule('delivery_time p(99) <= +15% (min 2ms)');
const received = rule('messages_received rate >= -5%');

const side = (figures: readonly Figures[]) => figures.map((each) => ({ result: resultOf(each) }));
const delivery = (values: readonly number[]) => side(values.map((deliveryP99) => ({ deliveryP99 })));
const answers = (base: ReturnType<typeof side>, fresh: ReturnType<typeof side>, rules = [p99]) =>
  compare(base, fresh, { rules }).rules.map(({ answer, words }) => [answer, words]);

describe('runs beside those of a baseline', () => {
  const base = delivery([20, 20.5, 19.8, 20.2, 21]);

  // The third smallest and the third largest of the 25 ratios: 25.1/21 and 26/20.2.
  it('are worse where all of them are beyond what the rule allows', () => {
    const comparison = compare(base, delivery([25, 26, 24.6, 25.4, 25.1]), { rules: [p99, received] });
    assert.equal(comparison.passed, false);
    assert.equal(comparison.method, 'runs');
    const [worst, other] = comparison.rules;
    assert.equal(worst?.words, 'worse by 24 % (95 % interval 20 to 29)');
    assert.deepEqual([worst?.base, worst?.new, worst?.answer], [20.2, 25.1, 'worse']);
    assert.equal(other?.words, 'no difference that can be told apart from noise');
  });

  it('are not worse by what the rule allows, nor by less than what counts', () => {
    assert.deepEqual(answers(base, delivery([22, 21.9, 22.3, 21.8, 22.1])), [
      ['within', 'worse by 8.9 % (95 % interval 4.8 to 12), which the rule allows'],
    ]);
    const [small] = answers(delivery([1, 1.1, 1, 1.05, 1]), delivery([2, 2.1, 2, 2.2, 2.05]));
    assert.match(
      String(small?.[1]),
      /^worse by 10[05] % \(.*\), but only by 1\.0[05]ms, less than the 2ms that counts$/,
    );
    const rates = (values: readonly number[]) => side(values.map((receivedRate) => ({ deliveryP99: 1, receivedRate })));
    const few = rule('messages_received rate >= -5% (min 10/s)');
    const [fewer] = answers(rates([20, 20, 20, 20, 20]), rates([15, 15, 15, 15, 15]), [few]);
    assert.match(String(fewer?.[1]), /^worse by 25 % .*, but only by 5\/s, less than the 10\/s that counts$/);
  });

  it('are worse than the rule allows without proof where the ranks mix', () => {
    const [[answer, words] = []] = answers(base, delivery([23.6, 23.7, 22.5, 23.8, 23.2]));
    assert.equal(answer, 'unproven');
    assert.match(String(words), /but it is not certain that this is more than the rule allows$/);
  });

  it('are better, or the same', () => {
    assert.deepEqual(answers(base, delivery([16, 16.1, 15.9, 16.3, 16])), [
      ['better', 'better by 21 % (95 % interval 19 to 24)'],
    ]);
    assert.deepEqual(answers(base, delivery([20.1, 20.4, 19.9, 20.9, 20.3]))[0]?.[0], 'same');
  });

  it('are worse the other way round where less is worse', () => {
    const rates = (values: readonly number[]) => side(values.map((receivedRate) => ({ deliveryP99: 1, receivedRate })));
    const [[answer, words] = []] = answers(rates([100, 101, 99, 100, 100]), rates([90, 89, 91, 90, 90]), [received]);
    assert.equal(answer, 'worse');
    assert.match(String(words), /^worse by 10 % \(95 % interval 9 to 11\)$/);
  });

  it('are told as values where the base is 0', () => {
    const lost = rule('messages_lost count <= +0% (min 5)');
    const losing = (count: number): Result => {
      const result = resultOf({ deliveryP99: 1 });
      return { ...result, totals: { ...result.totals, messages_lost: { count, inWindow: count, rate: count } } };
    };
    const of = (counts: readonly number[]) => counts.map((count) => ({ result: losing(count) }));
    assert.deepEqual(answers(of([0, 0, 0, 0, 0]), of([9, 8, 7, 9, 9]), [lost]), [['worse', 'worse by 9, from 0']]);
    assert.equal(answers(of([0, 0, 0, 0, 0]), of([0, 0, 0, 0, 0]), [lost])[0]?.[0], 'same');
  });

  it('need more repetitions where there are too many rules for so few', () => {
    const rules = Array.from({ length: 13 }, (_, i) => rule(`delivery_time p(99) <= +${10 + i}%`));
    const slow = delivery([90, 91, 92, 93, 94]);
    assert.deepEqual(
      new Set(answers(base, slow, rules).map(([, words]) => words)),
      new Set(['too little data: use --repeat 6, for the base too']),
    );
    assert.equal(answers(base, slow, rules.slice(1))[0]?.[0], 'worse');
  });

  it('that say nothing of the broker are left out, and say why', () => {
    const [first, ...more] = base;
    const bad = { result: { ...(first?.result as Result), verdict: 'incomplete' as const }, file: 'base-1.json' };
    const untrusted = resultOf({ deliveryP99: 1 });
    const invalid = { result: { ...untrusted, trust: { verdict: 'invalid' as const, reasons: [] } }, file: 'n.json' };
    const comparison = compare([bad, ...more], [invalid], { rules: [p99] });
    assert.deepEqual(comparison.warnings.slice(0, 2), [
      'base-1.json is left out: incomplete.',
      'n.json is left out: the generator was the limit, so the figures are not the broker’s.',
    ]);
    assert.deepEqual([comparison.passed, comparison.judged, comparison.base.length], [false, false, 4]);
    assert.equal(compare(more, [invalid], { rules: [p99], allowInvalid: true }).new.length, 1);
  });

  it('name the side that is short', () => {
    const invalid = (result: Result) => ({
      result: { ...result, trust: { verdict: 'invalid' as const, reasons: [] } },
    });
    const [first, ...four] = base.map(({ result }) => result);
    const short = [invalid(first as Result), ...four.map((result) => ({ result }))];
    const words = (old: typeof short, young: typeof short, alternated = false) =>
      compare(old, young, { rules: [p99], alternated }).rules[0]?.words;
    const six = delivery([25, 26, 24.6, 25.4, 25.1, 25]);
    assert.equal(words(short, six), 'too little data: measure the base again (it has 4 usable runs of 5)');
    assert.equal(words(base, short), 'too little data: use --repeat 6');
    assert.equal(words(base, six.slice(0, 2)), 'too little data: use --repeat 5');
    assert.equal(words(short, six.slice(0, 2)), 'too little data: use --repeat 6, for the base too');
    assert.equal(words(short, six.slice(0, 5), true), 'too little data: use --repeat 6');
  });

  it('do not pass where a rule that was asked has no data, however the others are answered', () => {
    const nowhere = rule('delivery_time{group=elsewhere} p(99) <= +15%');
    const asked = compare(base, base, { rules: [received, nowhere] });
    assert.deepEqual([asked.judged, asked.passed, comparedCode(asked)], [true, false, 4]);
    assert.deepEqual(comparisonReasons(asked), [
      'Not all that was asked could be compared with the baseline: delivery_time{group=elsewhere} p(99) <= +15% (no data).',
    ]);
    const slow = compare(base, delivery([25, 26, 24.6, 25.4, 25.1]), { rules: [p99, nowhere] });
    assert.equal(comparedCode(slow), 98);
    assert.match(comparisonReasons(slow).join('\n'), /delivery_time is worse by .*\nNot all that was asked/);
  });

  it('must have the groups and brokers that rules name', () => {
    const parts = partsOf(base.map(({ result }) => result));
    assert.deepEqual(parts, { group: ['g'], broker: ['b'] });
    const known = { ...parts, group: ['dashboards'] };
    const check = (text: string) => requireParts(parseRules([text], '--rule'), '--rule', known, 'these results');
    check('delivery_time{group=dashboards} p(99) <= +15%');
    assert.throws(() => check('delivery_time{group=dashboard} p(99) <= +15%'), {
      message:
        '--rule "delivery_time{group=dashboard} p(99) <= +15%": must name a group of these results: dashboard is none',
      hint: 'did you mean dashboards?',
    });
    assert.throws(() => check('messages_received{broker=north} rate >= -5%'), { hint: 'known: b' });
  });

  it('are held against the rules of their scenario, else against the default ones that have data', () => {
    const [one] = base;
    const own = { result: { ...(one?.result as Result), compare: ['messages_received rate >= -1%'] } };
    assert.deepEqual(
      compare(base, [own], {}).rules.map(({ rule }) => rule),
      ['rate >= -1%'],
    );
    const byDefault = compare(base, base, {}).rules;
    assert.deepEqual(byDefault.map(({ metric }) => metric).sort(), [
      'delivery_time',
      'delivery_time',
      'messages_received',
    ]);
    assert.ok(byDefault.every((each) => each.byDefault));
  });

  it('name in what machine, broker and load differ', () => {
    const printed = (node: string, load: string) => {
      const result = resultOf({ deliveryP99: 1 });
      return { result: { ...result, run: { ...result.run, fingerprint: { Node: node, 'the load': load } } } };
    };
    const { warnings } = compare([printed('v20.1.0', 'x')], [printed('v24.0.0', 'x'), printed('v22.0.0', 'x')], {});
    assert.deepEqual(warnings, ['Node differs: v20.1.0 in the base, v22.0.0 and v24.0.0 in the new runs.']);
  });
});

describe('a result that was compared', () => {
  const base = delivery([20, 20.5, 19.8, 20.2, 21]);
  const slow = delivery([25, 26, 24.6, 25.4, 25.1]);

  it('fails with 98 where it is worse, unless something else is said before that', () => {
    const comparison = compare(base, slow, { rules: [p99] });
    const passed = slow[0]?.result as Result;
    const worse = withComparison(passed, comparison);
    assert.deepEqual([worse.verdict, worse.exitCode], ['failed', 98]);
    assert.match(worse.reasons[0] ?? '', /delivery_time is worse by 24 %.*: p\(99\) <= \+15% \(min 2ms\)\.$/);
    const failed = withComparison({ ...passed, verdict: 'failed', exitCode: 99, reasons: ['x'] }, comparison);
    assert.deepEqual([failed.exitCode, failed.reasons, failed.comparison], [99, ['x'], comparison]);
  });

  it('keeps its verdict where nothing could be compared, so that it can be compared later; the command ends with 4', () => {
    const unknown = withComparison(slow[0]?.result as Result, compare(base, slow.slice(0, 1), { rules: [p99] }));
    assert.deepEqual([unknown.verdict, unknown.exitCode, unknown.reasons], ['passed', 0, []]);
    assert.equal(endCode(unknown), 4);
    assert.deepEqual(comparisonReasons(unknown.comparison as Comparison), [
      'Nothing could be compared with the baseline: too little data: use --repeat 5.',
    ]);
    assert.equal(endCode({ ...unknown, verdict: 'failed', exitCode: 99 }), 99);
    const later = compare(base, [{ result: unknown }, ...slow.slice(1)], { rules: [p99] });
    assert.deepEqual([later.new.length, later.warnings], [5, []]);
  });
});

describe('single runs beside each other, second by second', () => {
  const runOf = (seed: number, medianUs: number, seconds = 30) =>
    side([{ seconds: wanderingSeconds(seeded(seed), medianUs, seconds), id: `s${seed}` }]);

  it('are worse where the whole interval is beyond the limit and the effect is above 30 %', () => {
    const comparison = compare(runOf(1, 10_000), runOf(2, 16_000), { rules: [p99] });
    assert.equal(comparison.method, 'seconds');
    assert.match(comparison.rules[0]?.words ?? '', /^worse by [56][0-9] % \(95 % interval [345][0-9] to [678][0-9]\)$/);
    assert.equal(comparison.passed, false);
  });

  it('prove nothing by an effect of 25 %, however clear it is', () => {
    const [[answer, words] = []] = answers(runOf(1, 10_000, 120), runOf(3, 12_900, 120), [
      rule('delivery_time p(50) <= +10%'),
    ]);
    assert.equal(answer, 'unproven');
    assert.match(String(words), /, but so few runs cannot prove it, use --repeat 5, for the base too$/);
  });

  it('answer alike each time', () => {
    const [one, other] = [runOf(5, 10_000), runOf(6, 11_000)];
    assert.deepEqual(compare(one, other, { rules: [p99] }), compare(one, other, { rules: [p99] }));
  });

  it('have too little data below ten seconds, without seconds, and for what has none', () => {
    const tooLittle = [['tooLittle', 'too little data: use --repeat 5, for the base too']];
    assert.deepEqual(answers(runOf(1, 10_000, 9), runOf(2, 30_000, 30)), tooLittle);
    assert.deepEqual(answers(delivery([20]), delivery([90])), tooLittle);
    assert.deepEqual(answers(runOf(1, 10_000), runOf(2, 30_000), [rule('delivery_time max <= +15%')]), tooLittle);
    assert.notDeepEqual(answers(runOf(1, 10_000, 10), runOf(2, 30_000, 10)), tooLittle);
  });
});

describe('false alarms and power on data with a known effect', () => {
  const runs = (random: ReturnType<typeof seeded>, mean: number) =>
    delivery(Array.from({ length: 5 }, () => mean * Math.exp(0.06 * normal(random))));
  const share = (rounds: number, alarm: () => boolean) => {
    let alarms = 0;
    for (let i = 0; i < rounds; i++) if (alarm()) alarms++;
    return alarms / rounds;
  };
  const exact = rule('delivery_time p(99) <= +20%');

  it('of five runs a side: at most 5 % at the limit itself, nothing without a change, and 40 % seen', (t) => {
    const random = randomFor(t);
    const alarm = (effect: number) => () =>
      !compare(runs(random, 20), runs(random, 20 * effect), { rules: [exact] }).passed;
    const [atLimit, without, clear] = [share(600, alarm(1.2)), share(300, alarm(1)), share(300, alarm(1.4))];
    t.diagnostic(`at the limit ${atLimit}, without a change ${without}, 40 % worse ${clear}`);
    assert.ok(atLimit < 0.08, `${atLimit}`);
    assert.ok(without < 0.01, `${without}`);
    assert.ok(clear > 0.85, `${clear}`);
  });

  it('of single runs: at most 5 % where runs differ by 5 % of their own, and 80 % seen', (t) => {
    const random = randomFor(t);
    const one = (medianUs: number) =>
      side([{ seconds: wanderingSeconds(random, medianUs * Math.exp(0.05 * normal(random)), 30, 60) }]);
    const alarm = (effect: number) => () => !compare(one(10_000), one(10_000 * effect), { rules: [p99] }).passed;
    const [without, clear] = [share(40, alarm(1)), share(20, alarm(1.8))];
    t.diagnostic(`without a change ${without}, 80 % worse ${clear}`);
    assert.ok(without <= 0.05, `${without}`);
    assert.ok(clear > 0.85, `${clear}`);
  });
});
