/** Causes of metrics in words that can stand before a count; what is not here is said by its name. */
const words: Readonly<Record<string, string>> = { session_lost: 'given up with their connection' };

/** The same counts by the words for their causes. */
export function inWords(by: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(by).map(([cause, n]) => [words[cause] ?? cause, n]));
}
