import { packageVersion } from '../base/versions.ts';
import { catalog } from '../metrics/catalog.ts';
import type { Health, Phase } from '../metrics/snapshot.ts';
import { phases } from '../metrics/snapshot.ts';
import type { Result, Verdict } from '../verdict/result.ts';
import { Sums } from './prometheus/sums.ts';
import { family, mediaType } from './prometheus/text-format.ts';
import type { OpenReporter } from './reporter.ts';

type Run = { readonly run: string; readonly scenario: string };

/**
 * A page for Prometheus to scrape while the run goes on; in a file, the last one. Times are histograms and no quantiles: those of
 * several groups, or of several generators, can be added up and read again.
 */
export const prometheus: OpenReporter = ({ stream }) => {
  let sums: Sums | undefined;
  let run: Run = { run: '', scenario: '' };
  let phase: Phase = 'connecting';
  let health: readonly Health[] = [];
  let result: Result | undefined;
  const page = (): string =>
    [
      runInfo(run),
      phaseStates(phase),
      utilisation(health),
      sums?.text() ?? '',
      result === undefined ? '' : settled(result),
    ].join('');
  return {
    mediaType,
    page,
    start({ run: { tag }, name, subBuckets }) {
      run = { run: tag, scenario: name };
      sums = new Sums(subBuckets);
    },
    second(snapshot) {
      phase = snapshot.phase;
      health = snapshot.health;
      sums?.add(snapshot);
    },
    end(ended) {
      if (sums === undefined) {
        run = { run: ended.run.id, scenario: ended.run.name };
        phase = 'ended';
        sums = Sums.ofSaved(ended);
      }
      result = ended;
      stream.write(page());
    },
  };
};

function runInfo(run: Run): string {
  const labels = { ...run, version: packageVersion() };
  return family('mqtt_stress_run_info', 'gauge', 'the run that is told here; always 1', [{ labels, value: 1 }]);
}

function phaseStates(now: Phase): string {
  const samples = phases.map((phase) => ({ labels: { phase }, value: phase === now ? 1 : 0 }));
  return family('mqtt_stress_phase', 'gauge', '1 for the phase of the run that it is in', samples);
}

function utilisation(health: readonly Health[]): string {
  const samples = health.map(({ worker, utilisation: value }) => ({ labels: { worker }, value }));
  const help = 'how busy a load thread was in the last second: near 1 this program is the limit, not the broker';
  return family('mqtt_stress_thread_utilisation_ratio', 'gauge', help, samples);
}

const verdicts: readonly Verdict[] = ['passed', 'failed', 'invalid', 'incomplete', 'notStarted', 'aborted'];

/** What is known when the run has ended, and not before. */
function settled({ verdict, groups }: Result): string {
  const states = verdicts.map((each) => ({ labels: { verdict: each }, value: each === verdict ? 1 : 0 }));
  const counters = (['messages_lost', 'delivery_violations'] as const).map((name) => {
    const samples = Object.entries(groups).flatMap(([group, part]) => {
      const by = Object.entries(part[name].by ?? {}).filter(([, n]) => n > 0);
      if (by.length === 0) return [{ labels: { group }, value: part[name].count }];
      return by.map(([cause, value]) => ({ labels: { group, cause }, value }));
    });
    return family(`mqtt_stress_${name}_total`, 'counter', catalog[name].help, samples);
  });
  return (
    family('mqtt_stress_verdict', 'gauge', '1 for the verdict on the run, once it has ended', states) +
    counters.join('')
  );
}
