const maxBytes = 65_535;

/** Why a text cannot stand in a PUBLISH, as a rule clause; undefined where it can. */
export function topicNameProblem(text: string): string | undefined {
  if (/[+#]/.test(text)) return 'must be a topic name, without the wildcards + and # [MQTT-3.3.2-2]';
  return stringProblem(text);
}

/** Why a text cannot stand in a SUBSCRIBE, as a rule clause; undefined where it can. */
export function topicFilterProblem(text: string): string | undefined {
  const problem = stringProblem(text);
  if (problem !== undefined) return problem;
  const { share, filter } = splitShare(text);
  if (/^\$share(\/|$)/.test(text)) {
    if (share === undefined) return 'must be $share/<name>/<filter> [MQTT-4.8.2-2]';
    if (share === '') return 'must name its share: $share/<name>/<filter> [MQTT-4.8.2-1]';
    if (/[+#]/.test(share)) return 'must not have wildcards in the name of its share [MQTT-4.8.2-2]';
    if (filter === '') return 'must have a filter after the name of its share [MQTT-4.8.2-2]';
  }
  const levels = filter.split('/');
  for (const [i, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || i !== levels.length - 1)) {
      return 'must have # only alone and as the last level [MQTT-4.7.1-1]';
    }
    if (level.includes('+') && level !== '+') return 'must have + only as a whole level [MQTT-4.7.1-2]';
  }
  return undefined;
}

function stringProblem(text: string): string | undefined {
  if (text === '') return 'must have at least one character [MQTT-4.7.3-1]';
  if (text.includes('\u0000')) return 'must not contain U+0000 [MQTT-4.7.3-2]';
  if (/\p{Surrogate}/u.test(text)) return 'must be well-formed Unicode [MQTT-1.5.4-1]';
  if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes) {
    return 'must have at most 65,535 bytes [MQTT-4.7.3-3]';
  }
  return undefined;
}

/** A shared filter in its two parts; `share` is absent for a plain one. */
export function splitShare(filter: string): { share?: string; filter: string } {
  const parts = /^\$share\/([^/]*)\/(.*)$/s.exec(filter);
  return parts === null ? { filter } : { share: parts[1] ?? '', filter: parts[2] ?? '' };
}

/** Whether some topic reaches both filters (without their $share parts). */
export function filtersOverlap(one: readonly string[], other: readonly string[]): boolean {
  const leads = [one[0] ?? '', other[0] ?? ''];
  if (leads.some((lead) => lead.startsWith('$')) && leads.some((lead) => lead === '+' || lead === '#')) return false;
  for (let i = 0; ; i++) {
    const [a, b] = [one[i], other[i]];
    if (a === '#' || b === '#') return true;
    if (a === undefined || b === undefined) return a === b;
    if (a !== b && a !== '+' && b !== '+') return false;
  }
}

/**
 * Whether messages to a topic reach a filter (without its $share part). A null level varies: a literal over against it
 * decides for each message anew. Leading wildcards do not match $-topics [MQTT-4.7.2-1].
 */
export function matches(levels: readonly (string | null)[], filterLevels: readonly string[]): 'yes' | 'no' | 'depends' {
  const lead = filterLevels[0];
  if ((lead === '+' || lead === '#') && levels[0]?.startsWith('$')) return 'no';
  let answer: 'yes' | 'depends' = 'yes';
  for (const [i, wanted] of filterLevels.entries()) {
    // "a/#" also matches its parent "a".
    if (wanted === '#') return answer;
    const level = levels[i];
    if (level === undefined) return 'no';
    if (wanted === '+') continue;
    if (level === null) answer = 'depends';
    else if (level !== wanted) return 'no';
  }
  return levels.length === filterLevels.length ? answer : 'no';
}
