import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { group, judged, ordinaryRun, plan, progressAt, snapshot, threshold } from '../../support/hand-made.ts';

const received = {
  counts: { messages_sent: 100, messages_acked: 100, messages_received: 100 },
  labels: { qos: 1 as const },
};

describe('the verdict', () => {
  it('is passed, with exit code 0 and no reason, where every threshold holds', () => {
    const result = judged(
      plan({ thresholds: [threshold('messages_sent', 'count', '==', 100)] }),
      ordinaryRun([received]),
    );
    assert.deepEqual([result.verdict, result.exitCode, result.reasons], ['passed', 0, []]);
    assert.equal(result.thresholds[0]?.value, 100);
  });

  it('is failed with 99 where a threshold does not hold, and says what it was', () => {
    const result = judged(
      plan({ thresholds: [threshold('messages_sent', 'rate', '>=', 99)] }),
      ordinaryRun([received]),
    );
    assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
    assert.deepEqual(result.reasons, ['messages_sent: rate >= 99, but it was 50/s.']);
  });

  it('is passed where only a threshold of level warn does not hold', () => {
    const warn = threshold('messages_sent', 'count', '>', 1000, { level: 'warn' });
    assert.equal(judged(plan({ thresholds: [warn] }), ordinaryRun([received])).verdict, 'passed');
  });

  it('fails a threshold without data', () => {
    const asked = threshold('delivery_time', { percentile: 99 }, '<', 50_000);
    const result = judged(plan({ thresholds: [asked] }), ordinaryRun([received]));
    assert.equal(result.thresholds[0]?.value, null);
    assert.deepEqual(result.reasons, ['delivery_time: p(99) < 50000, but there is no data.']);
  });

  it('is aborted with 130 after SIGINT and 143 after SIGTERM, and judges no threshold', () => {
    const asked = plan({ thresholds: [threshold('messages_sent', 'count', '>', 1000)] });
    const interrupted = judged(asked, ordinaryRun([received]), { signal: 'SIGINT' });
    assert.deepEqual([interrupted.verdict, interrupted.exitCode, interrupted.thresholds], ['aborted', 130, []]);
    assert.equal(judged(asked, ordinaryRun(), { signal: 'SIGTERM' }).exitCode, 143);
  });

  it('is incomplete with 4 where a client never connected, before any threshold', () => {
    const asked = plan({
      groups: [group('g', { clients: 12 })],
      thresholds: [threshold('messages_sent', 'count', '>', 1000)],
    });
    const result = judged(asked, ordinaryRun([received]));
    assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
    assert.deepEqual(result.reasons, ['Group g: 2 of 12 clients never connected; nothing was expected of them.']);
  });

  it('does not take a client that came back for one that never connected', () => {
    const back = { counts: { connects: 2, reconnects: 2, disconnects: 2 } };
    const result = judged(plan({ groups: [group('g', { clients: 11 })] }), ordinaryRun([back]));
    assert.match(result.reasons[0] ?? '', /1 of 11 clients never connected/);
  });

  it('only warns of missing clients where the scenario itself sets atLeast', () => {
    const connect = { ...group('g').connect, atLeastSet: true };
    const result = judged(plan({ groups: [group('g', { clients: 12, connect })] }), ordinaryRun());
    assert.deepEqual([result.verdict, result.exitCode], ['passed', 0]);
    assert.match(result.warnings[0] ?? '', /2 of 12 clients never connected/);
  });

  it('is incomplete too where clients connected and were not subscribed when the load began', () => {
    const jobs = [{ workload: 'subscribe', options: { topic: '#', qos: 0 }, firstStream: 0 }];
    const absent = [7, 8, 9, 10, 11].map((index) => ({ group: 'g', index, job: -1, granted: 128 }) as const);
    const lower = { group: 'g', index: 0, job: 0, granted: 0 } as const;
    const run = ordinaryRun([received], { absent: [...absent, lower] });
    const asked = (changes: Parameters<typeof group>[1]) =>
      judged(plan({ groups: [group('g', { clients: 12, ...changes })] }), run);
    const never = 'Group g: 2 of 12 clients never connected; nothing was expected of them.';
    const told =
      'Group g: 3 of 12 clients connected, but had no subscription when the load began; nothing was expected of them.';
    const { verdict, exitCode, reasons } = asked({ jobs });
    assert.deepEqual([verdict, exitCode, reasons], ['incomplete', 4, [never, told]]);
    const foreseen = asked({ jobs, connect: { ...group('g').connect, atLeastSet: true } });
    assert.deepEqual([foreseen.verdict, foreseen.warnings.includes(told)], ['passed', true]);
    // A publisher that was lost is data, and of clients that share an id not all can be there.
    assert.deepEqual(asked({}).reasons, [never]);
    assert.deepEqual(asked({ jobs, clientId: 'twin', allowDuplicateIds: true }).reasons, [never]);
  });

  const ends = {
    counts: { connects: 20, reconnects: 20, disconnects: 20 },
    causes: { disconnects: { connection_closed: 20 } },
  };
  const unheard = {
    labels: { qos: 2 as const },
    counts: { messages_sent: 100, messages_unacked: 100, publish_errors: 100, deliveries_expected: 100 },
    causes: { publish_errors: { session_lost: 100 } },
  };

  it('is incomplete with 4 where nothing was acknowledged and nothing delivered, and says what may be the cause', () => {
    const { verdict, exitCode, reasons } = judged(plan(), ordinaryRun([ends, unheard]));
    assert.deepEqual([verdict, exitCode], ['incomplete', 4]);
    assert.deepEqual(reasons, [
      'Group g: none of its 100 publishes at QoS 1 or 2 was acknowledged (given up with their connection 100).',
      'Group g: none of the 100 deliveries that were expected was made.',
      'The broker ends the connection at a publish: is it too large, or are its QoS or RETAIN not allowed there? ' +
        '(MQTT 3 cannot say why)',
    ]);
  });

  it('does not suspect a limit of the broker where it was away, or can say on MQTT 5 what it objects to', () => {
    const away = { counts: { connect_errors: 20 }, causes: { connect_errors: { connection_refused: 20 } } };
    const five = group('g', { session: { ...group('g').session, protocol: '5' } });
    const results = [
      judged(plan(), ordinaryRun([ends, away, unheard])),
      judged(plan({ groups: [five] }), ordinaryRun([ends, unheard])),
    ];
    for (const { verdict, reasons } of results) {
      assert.equal(verdict, 'incomplete');
      assert.doesNotMatch(reasons.join(), /ends the connection at a publish/);
    }
  });

  it('is incomplete where publishes at QoS 1 were due and none was sent, and not where some were acknowledged', () => {
    const due = { labels: { qos: 1 as const }, counts: { publishes_due: 50 } };
    const result = judged(plan(), ordinaryRun([due]));
    assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
    assert.deepEqual(result.reasons, ['None of the 50 publishes at QoS 1 or 2 that were due was sent.']);
    const one = { ...unheard, counts: { ...unheard.counts, messages_acked: 1, deliveries_made: 1 } };
    assert.equal(judged(plan(), ordinaryRun([ends, one])).verdict, 'passed');
  });

  it('asks for no acknowledgement at QoS 0, but for one delivery at least', () => {
    const sent = { labels: { qos: 0 as const }, counts: { messages_sent: 100 } };
    assert.equal(judged(plan(), ordinaryRun([sent])).verdict, 'passed');
    const owed = { ...sent, counts: { ...sent.counts, deliveries_expected: 100 } };
    assert.match(judged(plan(), ordinaryRun([owed])).reasons.join(), /none of the 100 deliveries/);
  });

  it('is failed rather than incomplete where a threshold fails for what was acknowledged and never delivered', () => {
    const owed = { ...received, counts: { ...received.counts, deliveries_expected: 100 } };
    const promise = threshold('delivery_violations', 'count', '==', 0, { implicit: true });
    assert.equal(judged(plan({ thresholds: [promise] }), ordinaryRun([owed])).verdict, 'failed');
    assert.equal(judged(plan(), ordinaryRun([owed])).verdict, 'incomplete');
  });

  it('is incomplete where a worker died, and says how many clients it took along', () => {
    const lost = [{ worker: '1', clients: 5, reason: 'out of memory' }];
    const result = judged(plan(), ordinaryRun([received], { lost }));
    assert.equal(result.exitCode, 4);
    assert.match(result.reasons[0] ?? '', /Worker "1" died and took 5 clients along \(out of memory\)/);
  });

  it('is not started with 3 where too few connected, with the most frequent cause and what to do', () => {
    const causes = { connect_errors: { connect_timeout: 2, connection_refused: 8 } };
    const result = judged(plan(), [
      snapshot('connecting', 99, { at: [{ counts: { connect_errors: 10 }, causes }] }),
      snapshot('ended', 130),
    ]);
    assert.deepEqual([result.verdict, result.exitCode, result.thresholds], ['notStarted', 3, []]);
    assert.equal(
      result.reasons[0],
      'Group g: 0 of 10 clients connected within 30s, at least 50 % must, mostly for connection_refused (8 times).',
    );
    const reconnect = { afterMs: 1, upToMs: 1, jitter: 0, attempts: 3 };
    const limited = judged(plan({ groups: [group('g', { reconnect })] }), [snapshot('ended', 130)]);
    assert.match(
      limited.reasons[0] ?? '',
      /0 of 10 clients connected with 3 attempts each within 30s, at least 50 % must/,
    );
    assert.match(
      result.reasons[1] ?? '',
      /^mqtt:\/\/127\.0\.0\.1:1883: connection_refused, 8 times\. .*is the broker running/,
    );
  });

  it('is not started where clients connected and were not subscribed, or did not stay, and says why', () => {
    const jobs = [{ workload: 'subscribe', options: { topic: '#', qos: 0 }, firstStream: 0 }];
    const asking = plan({ groups: [group('g', { jobs }), group('p')] });
    const reasonsOf = (causes: Readonly<Record<string, number>>, answers: number) => {
      const counts = { connects: 12, reconnects: 2 };
      const times = { subscribe_time: Array.from({ length: answers }, () => 100) };
      const others = { labels: { group: 'p' }, counts: { connects: 10 } };
      const at = [{ counts, times, causes: { disconnects: causes } }, others];
      return judged(asking, [snapshot('connecting', 99, { at }), snapshot('ended', 130)]).reasons;
    };
    const start = 'Group g: 10 of 10 clients connected, but only 4 were subscribed within 30s, at least 50 % must';
    assert.deepEqual(reasonsOf({}, 4), [`${start}.`]);
    const lost = '; connections were lost, mostly for packet_too_large (2 times).';
    assert.deepEqual(reasonsOf({ packet_too_large: 2, connection_reset: 1 }, 4), [`${start}${lost}`]);
    assert.deepEqual(reasonsOf({ packet_too_large: 2 }, 10), [
      `Group g: too few clients stayed connected until all were ready${lost}`,
    ]);
  });

  it('is aborted rather than not started where a signal came while connecting', () => {
    const result = judged(plan(), [snapshot('connecting', 99), snapshot('ended', 100)], { signal: 'SIGINT' });
    assert.deepEqual([result.verdict, result.exitCode], ['aborted', 130]);
  });

  it('tells one who stops it while connecting what was in the way', () => {
    const causes = { connect_errors: { name_not_found: 3 } };
    const connecting = snapshot('connecting', 99, { at: [{ counts: { connect_errors: 3 }, causes }] });
    const { reasons } = judged(plan(), [connecting, snapshot('ended', 100)], { signal: 'SIGINT' });
    assert.match(reasons[1] ?? '', /name_not_found, 3 times\. The host name does not resolve/);
  });

  it('says that the measured window was cut short, and where nobody was left', () => {
    const gone = ordinaryRun([received]).map((each) => ({
      ...each,
      cells: each.phase === 'draining' ? [] : each.cells,
    }));
    const { warnings } = judged(plan({ durationMs: 60_000 }), gone);
    assert.deepEqual(warnings, [
      'the measured window ended after 2s of 1m: no client was left that may connect again (see reconnect)',
    ]);
  });

  it('says why publishes were never sent, each part by its cause', () => {
    const unsent = ({ causes, ...counts }: ReturnType<typeof dropped>, clients = 10) => {
      const asked = plan({ groups: [group('g', { clients, connect: { ...group('g').connect, atLeastSet: true } })] });
      const first = { counts: { publishes_due: 200, messages_sent: 50, ...counts }, causes };
      return judged(asked, ordinaryRun([first])).warnings.find((text) => text.includes('never sent')) ?? '';
    };
    const dropped = (by: Record<string, number>, more = {}) => ({
      publishes_dropped: Object.values(by).reduce((sum, n) => sum + n, 0),
      causes: { publishes_dropped: by },
      ...more,
    });
    assert.equal(
      unsent(dropped({ packet_too_large: 30, max_queued: 10 })),
      '40 of 201 publishes (19.9 %) were never sent: 30 are larger than the broker takes; 10 were dropped as more than ' +
        'maxQueued, because their clients were held back (window full, socket blocked or not connected)',
    );
    assert.match(unsent(dropped({ client_gone: 5 }), 12), /: 5 were of clients that never connected$/);
    assert.match(
      unsent(dropped({ client_gone: 5 }, { disconnects: 1 })),
      /: 5 were of clients that were gone for good/,
    );
    assert.match(unsent(dropped({ client_gone: 5 }, { disconnects: 1 }), 12), /that never connected or were gone for/);
  });

  it('says that the measured window was cut short', () => {
    const result = judged(plan({ durationMs: 60_000 }), ordinaryRun([received]));
    assert.deepEqual(result.warnings, ['the measured window ended after 2s of 1m']);
  });
});

describe('the result', () => {
  it('tells counters by due time, by event time and as a rate of the window, and what was outside', () => {
    const snapshots = [
      snapshot('warmUp', 100, { at: [{ outside: { messages_sent: 30 } }] }),
      snapshot('measuring', 101, {
        at: [{ counts: { messages_sent: 8 }, outside: { messages_sent: 2 } }],
        progress: progressAt(101),
      }),
      snapshot('measuring', 102, { at: [{ counts: { messages_sent: 10 } }], progress: progressAt(102) }),
      snapshot('draining', 103, { at: [{ counts: { messages_sent: 1 } }], progress: progressAt(102) }),
    ];
    const { totals, groups, brokers } = judged(plan(), snapshots);
    assert.deepEqual(totals.messages_sent, { count: 19, inWindow: 20, rate: 10 });
    assert.deepEqual(totals.outside, { messages_sent: 32 });
    assert.equal(groups['g']?.messages_sent.count, 19);
    assert.equal(brokers['b']?.messages_sent.count, 19);
  });

  it('tells times in milliseconds and leaves out those without a value', () => {
    const { totals } = judged(plan(), ordinaryRun([{ times: { publish_time: [1000, 2000, 3000] } }]));
    assert.deepEqual([totals.publish_time?.count, totals.publish_time?.min], [3, 1]);
    assert.ok(Math.abs((totals.publish_time?.p50 ?? 0) - 2) < 0.01);
    assert.equal(totals.delivery_time, undefined);
  });

  it('names causes', () => {
    const causes = { disconnects: { connection_reset: 2 } };
    const { totals } = judged(plan(), ordinaryRun([{ counts: { disconnects: 2 }, causes }]));
    assert.deepEqual(totals.disconnects.by, { connection_reset: 2 });
  });

  it('never shows the credentials of a broker', () => {
    const brokers = [{ name: 'b', target: { url: 'mqtt://me:hunter2@host:1883' }, weight: 1, embedded: false }];
    assert.equal(JSON.stringify(judged(plan({ brokers }), ordinaryRun())).includes('hunter2'), false);
  });

  it('tells events in ms from the start of the load', () => {
    const events = [{ atUs: 101_500_000, text: 'no publisher is left' }];
    assert.deepEqual(judged(plan(), ordinaryRun([], { events })).events, [{ t: 1500, text: 'no publisher is left' }]);
  });
});
