import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
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
      /^s\.yaml:3:16: ca must be a file that can be read: there is no .*none\.pem, but is "none\.pem"/,
    );
    assert.match(problems('{ ca: . }')[0] ?? '', /ca must be a file that can be read: \/\S+ is a folder, but is/);
    assert.match(problems('{ ca: no.pem }')[0] ?? '', /ca must be a certificate in PEM form/);
    assert.match(problems('{ cert: client.pem, key: no.pem }')[0] ?? '', /key must be a private key in PEM form/);
    assert.match(problems('{ cert: client.pem, key: ca.key }')[0] ?? '', /key must be the private key of cert/);
  });

  it('that have expired are a warning', () => {
    authority.sign('old', ['DNS:old'], -1);
    const loaded = load('{ cert: old.pem, key: old.key }');
    assert.ok('scenario' in loaded);
    assert.match(loaded.scenario.warnings[0] ?? '', /h:8883: the certificate of the clients \(tls\.cert\) expired on /);
  });
});
