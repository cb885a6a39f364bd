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
