import type { Result } from './result.ts';

/** Causes of metrics in words that can stand before a count; what is not here is said by its name. */
const words: Readonly<Record<string, string>> = { session_lost: 'given up with their connection' };

/** The same counts by the words for their causes. */
export function inWords(by: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(by).map(([cause, n]) => [words[cause] ?? cause, n]));
}

/** What the causes of a loss mean, each as a sentence for people. */
export const lossMeanings: Readonly<Record<string, string>> = {
  qos0: 'nobody promises delivery at QoS 0, so a loss there is counted and is no violation',
  drain_ended: 'messages still came when the drain ended: the broker is behind, and a longer drain may show them',
  session_gone: 'the broker had lost the sessions that it was to keep: is its persistence on, and was it saved?',
  unacked: 'the broker had not acknowledged them when the run ended or their connection broke, so it promised nothing',
  while_disconnected: 'their subscriber was not connected, and no session was kept for it',
  unknown:
    'clients were disconnected or a thread died, and of these messages it is not known which: who lost them cannot be told',
  acked_not_delivered: 'the broker acknowledged them and their subscriber was there, but they never came',
};

/** What looks like a broken promise and is often a setting of the broker, by the kind of violation. */
const violationHints: Readonly<Record<string, string>> = {
  acked_not_delivered:
    'Acknowledged and not delivered: a queue limit of the broker (Mosquitto: max_queued_messages), an ACL or an expiry ' +
    'looks the same; the log of the broker tells them apart.',
  duplicate:
    'Duplicates where none may be: a broker that starts again may send a PUBLISH after its PUBREL, or give a message out ' +
    'anew (Mosquitto 2.0.11 does the first when it is ended by SIGTERM).',
  out_of_order:
    'Out of order: brokers that queue beyond their in-flight limit may reorder after a stall (Mosquitto 2.0.11 does, ' +
    'above max_inflight_messages).',
};

/** Of the kinds that were counted. */
export function hintsFor(by: Readonly<Record<string, number>>): string[] {
  return Object.entries(violationHints).flatMap(([kind, hint]) => ((by[kind] ?? 0) > 0 ? [hint] : []));
}

/** In every sentence that says, or suspects, that others have ids of the run. */
export const somebodyElse = 'somebody else uses';

const perhapsOthers =
  'Perhaps not the broker: somebody else may have client ids of this run, and with them its sessions (see Warnings).';

/** Those that a report still owes where it tells the violations: beside its reasons, which may begin with them. */
export function hintsLeft({ totals, reasons, warnings }: Pick<Result, 'totals' | 'reasons' | 'warnings'>): string[] {
  const hints = hintsFor(totals.delivery_violations.by ?? {});
  const suspects = (texts: readonly string[]) => texts.some((text) => text.includes(somebodyElse));
  const others = hints.length > 0 && suspects(warnings) && !suspects(reasons) ? [perhapsOthers] : [];
  return [...others, ...hints.filter((hint) => !reasons.includes(hint))];
}
