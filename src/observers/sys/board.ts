import { oneLine } from '../../base/plain-text.ts';
import type { ObservedName, Sample } from '../observer.ts';
import { type Dialect, type Told, toldBy } from './topics.ts';

/** The observer's own share of these is taken off. */
const ownShare: Partial<Record<ObservedName, 'messages' | 'bytes' | 'connection'>> = {
  messagesSent: 'messages',
  bytesSent: 'bytes',
  clientsConnected: 'connection',
};

/** What a broker has told last of each value. Its nodes add up; what it sent to the observer itself is taken off. */
export class Board {
  readonly #values = new Map<ObservedName, Map<string, number>>();
  /** The observer's own part of a value when the value was told. */
  readonly #own = new Map<ObservedName, number>();
  #messages = 0;
  #bytes = 0;
  version = '';
  dialect: Dialect | null = null;

  /** One message to the observer; true: it begins a round. The broker counted it after it had told what is in it. */
  hear(topic: string, payload: string, packetBytes: number): boolean {
    const told = toldBy(topic);
    if (told !== undefined) this.#note(told, payload);
    this.#messages++;
    this.#bytes += packetBytes;
    return told?.names.includes('heartbeat') ?? false;
  }

  #note({ dialect, names, node }: Told, payload: string): void {
    this.dialect = dialect;
    for (const name of names) {
      if (name === 'version') this.version = oneLine(payload);
      else if (name !== 'heartbeat') this.#set(name, node, Number.parseFloat(payload));
    }
  }

  #set(name: ObservedName, node: string, value: number): void {
    if (!Number.isFinite(value)) return;
    const nodes = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, nodes.set(node, value));
    const share = ownShare[name];
    if (share === undefined) return;
    this.#own.set(name, share === 'messages' ? this.#messages : share === 'bytes' ? this.#bytes : 1);
  }

  has(name: ObservedName): boolean {
    return this.#values.has(name);
  }

  values(): Sample['values'] {
    const told = [...this.#values].map(([name, nodes]) => {
      const sum = [...nodes.values()].reduce((total, value) => total + value, 0);
      return [name, sum - (this.#own.get(name) ?? 0)] as const;
    });
    return Object.fromEntries(told);
  }
}
