export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};
export type Family = { readonly type: string; readonly help: string; readonly samples: Sample[] };

/** Reads Prometheus' text format 0.0.4, by family; throws where it is none: a sample outside of its family, a series told twice. */
export function parsePage(page: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let help: [string, string] | undefined;
  let last: [string, Family] | undefined;
  if (!page.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of page.split('\n').slice(0, -1)) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') help = [name, rest];
    else if (word === 'TYPE') {
      if (help?.[0] !== name || families.has(name)) throw new Error(`${name}: no help, or told twice`);
      last = [name, { type: rest, help: help[1], samples: [] }];
      families.set(...last);
    } else {
      const sample = sampleOf(line);
      const suffix = last?.[1].type === 'histogram' ? '(?:_bucket|_sum|_count)' : '';
      if (last === undefined || !new RegExp(`^${last[0]}${suffix}$`).test(sample.name))
        throw new Error(`outside of its family: ${line}`);
      const series = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
      if (seen.has(series)) throw new Error(`told twice: ${line}`);
      seen.add(series);
      last[1].samples.push(sample);
    }
  }
  return families;
}

function sampleOf(line: string): Sample {
  const [, name = '', list = '', number = ''] =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === '' || number === '' || Number.isNaN(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, key = '', text = ''] of list.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"/g)) {
    labels[key] = text.replaceAll(/\\(["\\n])/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return { name, labels, value };
}
