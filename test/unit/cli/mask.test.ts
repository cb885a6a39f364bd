import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskedCommandLine } from '../../../src/cli/mask.ts';

describe('the command line as it is kept', () => {
  const cases: readonly [string, string[], string][] = [
    ['hides the password of a broker', ['--broker', 'mqtt://me:pass@host:1883'], '--broker mqtt://me:****@host:1883'],
    ['hides a password that holds an @', ['--broker=mqtt://me:p@ss@host'], '--broker=mqtt://me:****@host'],
    [
      'hides a password that is set, all of it',
      ['--set', 'brokers.0.password=pa,ss#1'],
      '--set brokers.0.password=****',
    ],
    ['hides it in the other spelling too', ['--set=brokers.0.password=pass'], '--set=brokers.0.password=****'],
    [
      'hides the passwords of brokers that are set',
      ['--set', 'brokers=[mqtt://a:b@c]'],
      "--set 'brokers=[mqtt://a:****@c]'",
    ],
    [
      'hides the headers of a WebSocket',
      ['--set', 'brokers.0.headers.Authorization=Bearer abc', '--set=brokers.0.headers={ X-Key: abc }'],
      '--set brokers.0.headers.Authorization=**** --set=brokers.0.headers=****',
    ],
    [
      'hides the headers of a broker that is set',
      ['--set', 'brokers.0={ url: ws://h, headers: { X-Key: abc } }'],
      "--set 'brokers.0={ url: ws://h, headers: ****'",
    ],
    ['hides the query of a url', ['--broker', 'wss://host/mqtt?sig=abc'], "--broker 'wss://host/mqtt?****'"],
    [
      'hides what may be a secret in the url of a report',
      [
        '--report',
        'influx=http://me:pw@host/write?db=x&p=abc&u=me',
        '--report=influx=https://tok@host/?org=o&token=abc',
      ],
      "--report 'influx=http://me:****@host/write?db=x&p=****&u=****' '--report=influx=https://****@host/?org=o&token=****'",
    ],
    ['shows what is no secret', ['run', 'x.yaml', '--set', 'duration=5s'], 'run x.yaml --set duration=5s'],
    ['shows an address without a password', ['--broker', 'mqtt://host:1883'], '--broker mqtt://host:1883'],
    ['can be pasted into a shell', ['--set', "a=b c'd"], "--set 'a=b c'\\''d'"],
  ];
  for (const [name, words, kept] of cases) {
    it(name, () => assert.equal(maskedCommandLine(words), kept));
  }
});
