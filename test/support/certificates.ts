import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './mosquitto.ts';

/** For `{ skip: … }` of a suite. */
export function opensslMissing(): string | false {
  if (findProgram('openssl') !== undefined) return false;
  const reason = 'openssl is not installed (apt-get install openssl)';
  if (process.env['MQTT_STRESS_REQUIRE_BROKERS'] === '1') throw new Error(reason);
  return reason;
}

export type Signed = { readonly cert: string; readonly key: string };

/** An authority of a test's own; every file is a PEM file in a folder that goes with `remove`. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-certificates-'));
  readonly ca = this.#file('ca.pem');

  constructor() {
    this.#openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      this.#file('ca.key'),
      '-out',
      this.ca,
      '-days',
      '2',
      '-subj',
      '/CN=test authority',
    );
  }

  /** For these names; `days` below 0: expired. */
  sign(name: string, alternatives: readonly string[], days = 2): Signed {
    const [key, cert, request, extensions] = ['key', 'pem', 'csr', 'ext'].map((end) =>
      this.#file(`${name}.${end}`),
    ) as [string, string, string, string];
    writeFileSync(extensions, `subjectAltName=${alternatives.join(',')}\n`);
    this.#openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
    const by = ['-CA', this.ca, '-CAkey', this.#file('ca.key'), '-CAcreateserial'];
    this.#openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-extfile', extensions, '-out', cert);
    return { cert, key };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.folder, name);
  }

  #openssl(...words: string[]): void {
    execFileSync(findProgram('openssl') as string, words, { stdio: 'pipe' });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** The lines of a Mosquitto listener with TLS. */
export function tlsListener(port: number, { cert, key }: Signed, ...lines: readonly string[]): string[] {
  return [`listener ${port} 127.0.0.1`, `certfile ${cert}`, `keyfile ${key}`, ...lines];
}

export const overWebSocket = 'protocol websockets';
