import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
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
    return { ...broker, tls: { ...broker.tls, ...contents } };
  });
  return { brokers: read, problems, warnings };
}

const files = ['ca', 'cert', 'key'] as const;
type Texts = { readonly [file in (typeof files)[number]]?: string };
type Wrong = { readonly rule: string; readonly hint?: string };

/** What the files hold, those only that are what they should be. */
function readTls(tls: TlsOptions, path: Path, folderOf: (path: Path) => string, problems: Problem[]): Texts {
  const texts: { -readonly [file in keyof Texts]: string } = {};
  const before = problems.length;
  for (const file of files) {
    const written = tls[file];
    if (written === undefined) continue;
    const place = [...path, file];
    const text = readText(resolve(folderOf(place), written));
    if (typeof text === 'string') texts[file] = text;
    else problems.push({ path: place, rule: `must be a file that can be read: ${text.reason}` });
  }
  const contents = { ...texts };
  for (const file of files) {
    const text = texts[file];
    const wrong = text === undefined ? undefined : wrongPem(file, text, texts, tls[file] as string);
    if (wrong === undefined) continue;
    problems.push({ path: [...path, file], value: tls[file], ...wrong });
    delete contents[file];
  }
  const { cert, key } = contents;
  if (problems.length === before && cert !== undefined && key !== undefined && !belong(cert, key))
    problems.push({ path: [...path, 'key'], rule: 'must be the private key of cert', value: tls.key });
  return contents;
}

function readText(path: string): string | { readonly reason: string } {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { reason: `there is no ${path}` };
    if (code === 'EISDIR') return { reason: `${path} is a folder` };
    return { reason: code === 'EACCES' ? `there is no permission to read ${path}` : `${path}: ${code}` };
  }
}

function wrongPem(file: keyof Texts, text: string, texts: Texts, name: string): Wrong | undefined {
  const wrong = file === 'key' ? wrongKey(text, name) : wrongCertificate(file, text);
  if (wrong === undefined || file === 'ca' || texts.cert === undefined || texts.key === undefined) return wrong;
  const swapped = holdsKey(texts.cert) && !holdsCertificate(texts.cert) && holdsCertificate(texts.key);
  return swapped && !holdsKey(texts.key) ? { ...wrong, hint: 'are cert and key swapped?' } : wrong;
}

function holdsCertificate(text: string): boolean {
  return /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text);
}

function holdsKey(text: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
}

function wrongCertificate(file: 'ca' | 'cert', text: string): Wrong | undefined {
  try {
    new X509Certificate(text);
  } catch {
    const rule = 'must be a certificate in PEM form';
    if (holdsCertificate(text)) return { rule, hint: 'it has the first line of one, and is damaged further down' };
    return { rule, hint: holdsKey(text) ? 'it holds a private key' : 'such a file has -----BEGIN CERTIFICATE-----' };
  }
  try {
    // What follows the first certificate, and what OpenSSL refuses for its age, shows only here.
    createSecureContext({ [file]: text });
    return undefined;
  } catch (error) {
    const { reason = 'damaged' } = error as { reason?: string };
    return { rule: `must be a certificate that OpenSSL takes (it says: ${reason})` };
  }
}

function wrongKey(text: string, name: string): Wrong | undefined {
  try {
    createPrivateKey(text);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // OpenSSL does not always know why it cannot read it.
    if (code === 'ERR_MISSING_PASSPHRASE' || /BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
      const hint = `it has a passphrase; to remove it: openssl pkey -in ${name} -out ${name}.open`;
      return { rule: 'must be a private key without a passphrase', hint };
    }
    const rule = 'must be a private key in PEM form';
    if (holdsKey(text)) return { rule, hint: 'it has the first line of one, and is damaged further down' };
    return {
      rule,
      hint: holdsCertificate(text) ? 'it holds a certificate' : 'such a file has -----BEGIN PRIVATE KEY-----',
    };
  }
}

function belong(cert: string, key: string): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** How the warning of a certificate of ours begins that has expired: it makes the broker refuse every client. */
export function expiredCertificate(broker: string): string {
  return `${broker}: the certificate of the clients (tls.cert) expired on `;
}

function expiryWarnings(broker: string, cert: string): string[] {
  const { validTo } = new X509Certificate(cert);
  const untilMs = Date.parse(validTo);
  return untilMs < Date.now() ? [expiredCertificate(broker) + validTo] : [];
}
