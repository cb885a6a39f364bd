import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../base/problem.ts';
import type { TlsOptions } from '../transports/transport.ts';
import type { Broker } from './brokers.ts';
import type { Path } from './source.ts';

type Read = { readonly brokers: readonly Broker[]; readonly problems: Problem[]; readonly warnings: string[] };

/** The brokers with the contents of their files in the place of the paths. `folderOf`: from where a path counts. */
export function readFiles(brokers: readonly Broker[], folderOf: (path: Path) => string): Read {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const read = brokers.map((broker, i): Broker => {
    if (broker.tls === undefined) return broker;
    const contents = readTls(broker.tls, ['brokers', i, 'tls'], folderOf, problems);
    if (contents.cert !== undefined) warnings.push(...expiryWarnings(broker.name, contents.cert));
    return { ...broker, tls: contents };
  });
  return { brokers: read, problems, warnings };
}

const checks = { ca: certificateProblem, cert: certificateProblem, key: keyProblem } as const;
type File = keyof typeof checks;

function readTls(tls: TlsOptions, path: Path, folderOf: (path: Path) => string, problems: Problem[]): TlsOptions {
  const contents: { ca?: string; cert?: string; key?: string } = {};
  const before = problems.length;
  for (const file of Object.keys(checks) as File[]) {
    const written = tls[file];
    if (written === undefined) continue;
    const place = [...path, file];
    const text = readText(resolve(folderOf(place), written));
    const rule = typeof text === 'string' ? checks[file](text) : `must be a file that can be read: ${text.reason}`;
    if (rule !== undefined) problems.push({ path: place, rule, value: written });
    else contents[file] = text as string;
  }
  const { cert, key } = contents;
  if (problems.length === before && cert !== undefined && key !== undefined && !belong(cert, key))
    problems.push({ path: [...path, 'key'], rule: 'must be the private key of cert', value: tls.key });
  return { ...tls, ...contents };
}

function readText(path: string): string | { readonly reason: string } {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { reason: `there is no ${path}` };
    return { reason: code === 'EISDIR' ? `${path} is a folder` : `${path}: ${code}` };
  }
}

function certificateProblem(text: string): string | undefined {
  try {
    new X509Certificate(text);
    return undefined;
  } catch {
    return 'must be a certificate in PEM form: -----BEGIN CERTIFICATE-----';
  }
}

function keyProblem(text: string): string | undefined {
  try {
    createPrivateKey(text);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE')
      return 'must be a private key without a passphrase';
    return 'must be a private key in PEM form: -----BEGIN PRIVATE KEY-----';
  }
}

function belong(cert: string, key: string): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** A certificate of ours that has expired makes the broker refuse every client. */
function expiryWarnings(broker: string, cert: string): string[] {
  const { validTo } = new X509Certificate(cert);
  const untilMs = Date.parse(validTo);
  return untilMs < Date.now() ? [`${broker}: the certificate of the clients (tls.cert) expired on ${validTo}`] : [];
}
