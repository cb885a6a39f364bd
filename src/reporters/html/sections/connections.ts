import type { CounterResult } from '../../../verdict/result.ts';
import { connected, keptNone } from '../../text/connections.ts';
import { causes, count } from '../../text/figures.ts';
import { table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** What connected, what failed and why; what did not happen is left out. */
export const connections: Section = (result) => {
  const { totals } = result;
  const resumed = totals.sessions_resumed.count;
  const gone = totals.sessions_gone.count;
  const [ever = '', ...asides] = connected(result).split(', ');
  const rows = [
    ['connected', ever, asides.join(', ')],
    ...told('failed attempts', totals.connect_errors),
    ...told('connections lost', totals.disconnects),
    ...told('taken over', { ...totals.takeovers, by: {} }),
    ...told('connected again', totals.reconnects),
    ...(resumed + gone > 0 ? [['kept sessions found again', `${count(resumed)} of ${count(resumed + gone)}`, '']] : []),
    ...told('kept sessions removed at the end', totals.sessions_removed),
    ...told('protocol errors', totals.protocol_errors),
    ...told('filters refused', totals.subscribe_errors),
  ];
  const columns = [
    { title: '', align: 'left' },
    { title: 'count', align: 'right' },
    { title: '', align: 'left' },
  ] as const;
  return section(
    'connections',
    'Connections',
    table('Connections', columns, rows),
    notes('warn', gone > 0 && resumed === 0 ? [keptNone] : []),
  );
};

function told(name: string, { count: n, by }: CounterResult): string[][] {
  return n === 0 ? [] : [[name, count(n), causes(by)]];
}
