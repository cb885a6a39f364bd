import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Receiver } from '../../src/clients/wire/receiver.ts';
import type { PacketSink } from '../../src/mqtt/framing.ts';
import { Framing } from '../../src/mqtt/framing.ts';
import type { Protocol } from '../../src/mqtt/packets.ts';
import { generate, protocols, serverPackets } from '../support/packets.ts';
import { randomFor } from '../support/seeded.ts';

/** Keeps a copy of each packet that it is shown, with where its body begins. */
class Collector implements PacketSink {
  readonly packets: { readonly bytes: Buffer; readonly body: number }[] = [];
  /** Says stop at this packet. */
  stopAt = Number.POSITIVE_INFINITY;

  packet(bytes: Buffer, start: number, body: number, end: number): boolean {
    assert.ok(start < body && body <= end && end <= bytes.length);
    this.packets.push({ bytes: Buffer.from(bytes.subarray(start, end)), body: body - start });
    return this.packets.length < this.stopAt;
  }
}

/** One shared buffer that is overwritten with each read, as the transport does. */
const shared = Buffer.alloc(128 * 1024, 0xff);

function feed(framing: Framing, chunk: Buffer, sink: PacketSink): boolean {
  chunk.copy(shared);
  const goesOn = framing.feed(shared, chunk.length, sink);
  shared.fill(0xff, 0, chunk.length);
  return goesOn;
}

function collect(stream: Buffer, cuts: readonly number[]): Collector {
  const collector = new Collector();
  const framing = new Framing();
  let from = 0;
  for (const to of [...cuts, stream.length]) {
    assert.ok(feed(framing, stream.subarray(from, to), collector));
    from = to;
  }
  return collector;
}

function check(collector: Collector, expected: readonly Buffer[], what: string): void {
  assert.equal(collector.packets.length, expected.length, what);
  for (const [i, { bytes, body }] of collector.packets.entries()) {
    const wanted = expected[i] as Buffer;
    if (!bytes.equals(wanted)) assert.fail(`${what}: packet ${i} is ${bytes.toString('hex')}`);
    let end = 1;
    while ((wanted[end] as number) >= 128) end++;
    assert.equal(body, end + 1, `${what}: body of packet ${i}`);
  }
}

for (const protocol of protocols) {
  describe(`the packets of a server of MQTT ${protocol}`, () => {
    const packets = serverPackets(protocol).map((packet) => generate(packet, protocol));
    const stream = Buffer.concat(packets);

    test('are found when they come at once', () => check(collect(stream, []), packets, 'at once'));

    test('are found when they come byte by byte', () => {
      const every = Array.from({ length: stream.length - 1 }, (_, i) => i + 1);
      check(collect(stream, every), packets, 'byte by byte');
    });

    test('are found however each of them is cut in two', () => {
      for (const [i, packet] of packets.entries()) {
        const before = packets[i - 1] ?? Buffer.alloc(0);
        const after = packets[i + 1] ?? Buffer.alloc(0);
        const three = [before, packet, after].filter(({ length }) => length > 0);
        const some = Buffer.concat(three);
        // In the long ones every cut near a boundary, and some between.
        for (let cut = 1; cut < some.length; cut += cut > 600 && some.length - cut > 600 ? 211 : 1) {
          check(collect(some, [cut]), three, `cut at ${cut}`);
        }
      }
    });

    test('are found in reads of random length', (t) => {
      const random = randomFor(t);
      for (let i = 0; i < 16; i++) {
        const most = [3, 40, 1500, 20_000][i % 4] as number;
        const cuts: number[] = [];
        for (let at = random(most); at < stream.length; at += random(most)) cuts.push(at);
        check(collect(stream, cuts), packets, `reads up to ${most}`);
      }
    });
  });
}

describe('framing', () => {
  test('stops where the sink says stop, whether the packet was whole or in pieces', () => {
    const [ping, suback] = [Buffer.from([0xd0, 0]), Buffer.from([0x90, 3, 0, 1, 0])];
    for (let cut = 1; cut < 5; cut++) {
      const collector = new Collector();
      collector.stopAt = 1;
      const framing = new Framing();
      assert.equal(feed(framing, suback.subarray(0, cut), collector), true);
      assert.equal(feed(framing, Buffer.concat([suback.subarray(cut), ping]), collector), false);
      check(collector, [suback], `cut at ${cut}`);
    }
    const collector = new Collector();
    collector.stopAt = 2;
    assert.equal(feed(new Framing(), Buffer.concat([ping, suback, ping]), collector), false);
    check(collector, [ping, suback], 'at once');
  });

  test('refuses a remaining length of five bytes, also cut [MQTT-1.5.5-1]', () => {
    const five = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]);
    for (let cut = 1; cut <= five.length; cut++) {
      const framing = new Framing();
      const fed =
        feed(framing, five.subarray(0, cut), new Collector()) && feed(framing, five.subarray(cut), new Collector());
      assert.equal(fed, false, `cut at ${cut}`);
    }
  });

  test('waits for a packet of the greatest length without taking memory for it', () => {
    const framing = new Framing();
    const before = process.memoryUsage().arrayBuffers;
    assert.ok(feed(framing, Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1]), new Collector()));
    for (let i = 0; i < 10; i++) assert.ok(feed(framing, Buffer.alloc(1000), new Collector()));
    assert.ok(process.memoryUsage().arrayBuffers - before < 10e6);
  });
});

/** What a wire client does with random bytes: framing, and every PUBLISH through the receiver. */
class Reader implements PacketSink {
  readonly #receiver: Receiver;
  seen: string[] = [];

  constructor(protocol: Protocol) {
    this.#receiver = new Receiver(protocol);
  }

  packet(bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number;
    if (first >>> 4 !== 3) {
      this.seen.push(bytes.toString('hex', start, end));
      return true;
    }
    const message = this.#receiver.publish(first, bytes, body, end, 0);
    if (message === null) return false;
    const { topicStart, topicEnd, propertiesStart, propertiesEnd, payloadStart, payloadEnd } = message;
    assert.ok(body < topicStart && topicStart <= topicEnd && topicEnd <= propertiesStart);
    assert.ok(propertiesStart <= propertiesEnd && propertiesEnd === payloadStart && payloadStart <= payloadEnd);
    assert.equal(payloadEnd, end);
    this.seen.push(
      `${message.qos} ${bytes.toString('hex', topicStart, topicEnd)} ${bytes.toString('hex', payloadStart, payloadEnd)}`,
    );
    return true;
  }
}

for (const protocol of protocols) {
  test(`every message of MQTT ${protocol} is read the same at once, byte by byte, and cut anywhere`, () => {
    const packets = serverPackets(protocol).filter(({ cmd }) => cmd === 'publish');
    const stream = Buffer.concat(
      packets.map((packet) => generate(packet, protocol)).filter(({ length }) => length < 1000),
    );
    const readIn = (cuts: readonly number[]) => {
      const reader = new Reader(protocol);
      const framing = new Framing();
      for (const [i, to] of [...cuts, stream.length].entries()) {
        assert.ok(feed(framing, stream.subarray(cuts[i - 1] ?? 0, to), reader));
      }
      return reader.seen;
    };
    const whole = readIn([]);
    assert.equal(whole.length, packets.length - 3);
    assert.deepEqual(readIn(Array.from({ length: stream.length - 1 }, (_, i) => i + 1)), whole);
    for (let cut = 1; cut < stream.length; cut += 3) assert.deepEqual(readIn([cut]), whole, `cut at ${cut}`);
  });
}

test('random bytes give packets or a stop, never an exception, and the same however they are cut', (t) => {
  const random = randomFor(t);
  let stops = 0;
  for (let i = 0; i < 10_000; i++) {
    const protocol = protocols[random(3)] as Protocol;
    const bytes = Buffer.from(Array.from({ length: 1 + random(80) }, () => random(256)));
    // Otherwise hardly any would be a PUBLISH that is nearly right.
    if (random(2) === 0) bytes.set([0x30 + random(16), random(40), 0, random(6)].slice(0, bytes.length));
    const whole = new Reader(protocol);
    const goesOn = feed(new Framing(), bytes, whole);
    const pieces = new Reader(protocol);
    const framing = new Framing();
    let stillGoesOn = true;
    for (let at = 0; at < bytes.length && stillGoesOn; ) {
      const to = Math.min(bytes.length, at + 1 + random(7));
      stillGoesOn = feed(framing, bytes.subarray(at, to), pieces);
      at = to;
    }
    assert.equal(stillGoesOn, goesOn, bytes.toString('hex'));
    assert.deepEqual(pieces.seen, whole.seen, bytes.toString('hex'));
    if (!goesOn) stops++;
  }
  assert.ok(stops > 1000 && stops < 9000, `${stops} stops`);
});
