import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseScenario } from '../../../src/scenario/load.ts';
import { Authority, opensslMissing } from '../../support/certificates.ts';

describe('the files of a scenario', { skip: opensslMissing() }, () => {
  let authority: Authority;
  before(() => {
    authority = new Authority();
    authority.sign('client', ['DNS:client']);
    writeFileSync(join(authority.folder, 'no.pem'), 'no certificate');
  });
  after(() => authority.remove());

  const load = (tls: string, set: readonly string[] = []) =>
    parseScenario('s.yaml', `brokers:\n  - url: "mqtts://h"\n    tls: ${tls}\ngroups: { a: {} }\n`, {
      folder: authority.folder,
      set,
    });
  const problems = (tls: string) => {
    const loaded = load(tls);
    return 'problems' in loaded ? loaded.problems.map((problem) => problem.split('\n')[0] ?? '') : [];
  };

  it('are read from the folder of the scenario', () => {
    const loaded = load('{ ca: ca.pem, cert: client.pem, key: client.key, servername: h }');
    if ('problems' in loaded) assert.fail(loaded.problems.join('\n'));
    const { tls } = loaded.scenario.brokers?.[0] ?? {};
    assert.match(tls?.ca ?? '', /^-----BEGIN CERTIFICATE-----/);
    assert.match(tls?.cert ?? '', /^-----BEGIN CERTIFICATE-----/);
    assert.match(tls?.key ?? '', /^-----BEGIN PRIVATE KEY-----/);
    assert.deepEqual([tls?.servername, tls?.verify], ['h', true]);
  });

  it('are read from the working directory where an option names them', () => {
    const loaded = load('{ verify: true }', [`brokers.0.tls.ca=${authority.ca}`]);
    assert.ok('scenario' in loaded);
    const missing = load('{ verify: true }', ['brokers.0.tls.ca=ca.pem']);
    assert.ok('problems' in missing);
    assert.match(
      missing.problems[0] ?? '',
      /^--set brokers\.0\.tls\.ca=ca\.pem: ca must be a file that can be read: there is no /,
    );
  });

  it('that are missing, or something else, are told with their place', () => {
    assert.match(
      problems('{ ca: none.pem }')[0] ?? '',
      /^s\.yaml:3:16: ca must be a file that can be read: there is no \S*none\.pem$/,
    );
    assert.match(problems('{ ca: . }')[0] ?? '', /ca must be a file that can be read: \/\S+ is a folder/);
    assert.match(problems('{ ca: no.pem }')[0] ?? '', /ca must be a certificate in PEM form/);
    assert.match(problems('{ cert: client.pem, key: no.pem }')[0] ?? '', /key must be a private key in PEM form/);
    assert.match(problems('{ cert: client.pem, key: ca.key }')[0] ?? '', /key must be the private key of cert/);
  });

  it('that are swapped, damaged, a folder or have a passphrase are told with what to do', () => {
    const pem = readFileSync(join(authority.folder, 'client.pem'), 'utf8');
    writeFileSync(join(authority.folder, 'cut.pem'), pem.slice(0, 200));
    writeFileSync(join(authority.folder, 'chain.pem'), `${pem}${pem.slice(0, 200)}\n-----END CERTIFICATE-----\n`);
    mkdirSync(join(authority.folder, 'sub'));
    const locked = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    writeFileSync(join(authority.folder, 'locked.key'), locked.privateKey);
    const whole = (tls: string) => {
      const loaded = load(tls);
      return 'problems' in loaded ? loaded.problems.join('\n').replaceAll(/\s+/g, ' ') : '';
    };
    const swapped = whole('{ cert: client.key, key: client.pem }');
    assert.match(swapped, /^s\.yaml:3:18: cert must be a certificate in PEM form, but is "client\.key".*swapped\?/);
    assert.match(swapped, /s\.yaml:3:35: key must be a private key in PEM form, but is "client\.pem".*swapped\?/);
    assert.match(whole('{ cert: client.key, key: client.key }'), /cert must be a certificate.*it holds a private key$/);
    assert.match(whole('{ cert: cut.pem, key: client.key }'), /cert must be a certificate in PEM form.*damaged/);
    assert.match(whole('{ ca: cut.pem }'), /ca must be a certificate in PEM form.*damaged/);
    assert.match(whole('{ cert: chain.pem, key: client.key }'), /cert must be a certificate that OpenSSL takes/);
    assert.match(whole('{ ca: sub }'), /ca must be a file that can be read: \S*sub is a folder/);
    assert.match(
      whole('{ cert: client.pem, key: locked.key }'),
      /key must be a private key without a passphrase, .*: openssl pkey -in locked\.key -out locked\.key\.open$/,
    );
  });

  it('are for a host name: an address is none', () => {
    for (const address of ['127.0.0.1', '"::1"', '"[::1]"'])
      assert.match(problems(`{ servername: ${address} }`)[0] ?? '', /3:24: servername must be a host name/, address);
  });

  it('that have expired are a warning', () => {
    authority.sign('old', ['DNS:old'], -1);
    const loaded = load('{ cert: old.pem, key: old.key }');
    assert.ok('scenario' in loaded);
    assert.match(loaded.scenario.warnings[0] ?? '', /h:8883: the certificate of the clients \(tls\.cert\) expired on /);
  });
});
