import { comparisonReasons, isUnanswered } from '../verdict/compare/with-comparison.ts';
import type { Comparison, RuleResult } from '../verdict/comparison.ts';
import type { Result, ThresholdResult } from '../verdict/result.ts';
import { expectation, failureOf, valueText } from '../verdict/thresholds.ts';
import { verdictWords } from './headline.ts';
import { type Element, element, xml } from './junit/xml.ts';
import type { OpenReporter } from './reporter.ts';

/** For test reports of CI systems: one suite for the run, one case for each question that was asked of it. */
export const junit: OpenReporter = ({ stream }) => ({
  mediaType: 'application/xml',
  end(result) {
    stream.write(`<?xml version="1.0" encoding="UTF-8"?>\n${xml(document(result))}`);
  },
});

/** `failure`: the broker did not do what was asked; `error`: nothing can be said; `skipped`: told, and decides nothing. */
type Outcome = { readonly kind: 'failure' | 'error' | 'skipped'; readonly message: string; readonly text?: string };
/** `of`: which kind of question it is. */
type Case = { readonly name: string; readonly of: string; readonly outcome?: Outcome; readonly output?: string };

function document(result: Result): Element {
  const { run } = result;
  const cases = [
    completeness(result),
    ...(result.verdict === 'notStarted' || result.verdict === 'aborted' ? [] : [trustworthiness(result)]),
    ...result.thresholds.map((threshold) => thresholdCase(threshold)),
    ...(result.comparison === undefined ? [] : compared(result.comparison)),
  ];
  const having = (kind: Outcome['kind']) => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  const seconds = (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000;
  const counts = {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
    time: seconds.toFixed(3),
  };
  // The first case takes all of the time: none but it takes any.
  const told = cases.map((each, i) => caseElement(each, run.name, i === 0 ? seconds : 0));
  const suite = element('testsuite', { name: run.name, ...counts, timestamp: run.startedAt.replace(/\.\d+Z$/, 'Z') }, [
    properties(result),
    ...told,
    ...warningsOf(result),
  ]);
  return element('testsuites', { name: 'mqtt-stress', ...counts }, [suite]);
}

function properties({ run, verdict, exitCode, trust }: Result): Element {
  const values = {
    'run.id': run.id,
    'run.seed': run.seed,
    'run.client': run.client,
    'run.threads': run.threads,
    'run.clients': run.clients,
    'run.measuredMs': run.measuredMs,
    'scenario.sha256': run.scenario.sha256,
    verdict,
    exitCode,
    trust: trust.verdict,
    'versions.tool': run.versions.tool,
    'versions.node': run.versions.node,
    'versions.os': run.versions.os,
    'versions.cpu': run.versions.cpu,
    'versions.cores': run.versions.cores,
    commandLine: run.commandLine,
  };
  const each = Object.entries(values).map(([name, value]) => element('property', { name, value }));
  return element('properties', {}, each);
}

function completeness({ verdict, reasons }: Result): Case {
  const name = 'the run is complete';
  const isWhole = !['incomplete', 'notStarted', 'aborted'].includes(verdict);
  if (isWhole) return { name, of: 'run' };
  const message = `${verdictWords[verdict]}: ${reasons[0] ?? 'for no reason told'}`;
  return { name, of: 'run', outcome: { kind: 'error', message, text: reasons.join('\n') } };
}

function trustworthiness({ verdict, trust, reasons }: Result): Case {
  const name = 'the numbers are trustworthy';
  const why = trust.reasons.join('\n');
  if (trust.verdict !== 'invalid')
    return { name, of: 'run', ...(why !== '' && { output: `${trust.verdict}: ${why}` }) };
  // Where --allow-invalid let the thresholds decide, it is told and no more.
  const allowed = verdict !== 'invalid';
  const message = allowed
    ? `not trustworthy, and allowed by --allow-invalid: ${trust.reasons[0] ?? ''}`
    : `INVALID: ${reasons[0] ?? trust.reasons[0] ?? ''}`;
  return { name, of: 'run', outcome: { kind: allowed ? 'skipped' : 'error', message, text: why } };
}

function thresholdCase(threshold: ThresholdResult): Case {
  const { metric, passed, level } = threshold;
  const of = 'threshold';
  const name = `${metric}: ${expectation(threshold)}`;
  if (passed) return { name, of, output: `it was ${valueText(threshold)}` };
  const message = failureOf(threshold);
  return { name, of, outcome: level === 'warn' ? { kind: 'skipped', message } : { kind: 'failure', message } };
}

function compared(comparison: Comparison): Case[] {
  const { rules, judged, passed } = comparison;
  const of = 'baseline';
  if (judged) return rules.map((rule) => ruleCase(rule, !passed && isUnanswered(rule)));
  const reasons = comparisonReasons(comparison);
  const outcome: Outcome = { kind: 'error', message: reasons[0] ?? '', text: reasons.join('\n') };
  return [{ name: 'the baseline can be compared', of, outcome }, ...rules.map((rule) => ruleCase(rule, false))];
}

function ruleCase({ metric, rule, answer, words }: RuleResult, isError: boolean): Case {
  const name = `beside the baseline, ${metric}: ${rule}`;
  const of = 'baseline';
  if (answer === 'worse') return { name, of, outcome: { kind: 'failure', message: words, text: `${name}: ${words}` } };
  if (isError) return { name, of, outcome: { kind: 'error', message: words } };
  const unknown = answer === 'noData' || answer === 'tooLittle' || answer === 'unproven';
  return unknown ? { name, of, outcome: { kind: 'skipped', message: words } } : { name, of, output: words };
}

function caseElement({ name, of, outcome, output }: Case, scenario: string, seconds: number): Element {
  const children: Element[] = [];
  if (outcome?.kind === 'skipped') children.push(element('skipped', { message: outcome.message }));
  else if (outcome !== undefined) {
    const { kind, message, text = message } = outcome;
    children.push(element(kind, { message, type: of }, text));
  }
  if (output !== undefined) children.push(element('system-out', {}, output));
  // A point would begin another package.
  const classname = `mqtt-stress.${scenario.replaceAll('.', '_')}`;
  return element('testcase', { name, classname, time: seconds.toFixed(3) }, children);
}

function warningsOf({ warnings }: Result): Element[] {
  return warnings.length === 0 ? [] : [element('system-out', {}, warnings.join('\n'))];
}
