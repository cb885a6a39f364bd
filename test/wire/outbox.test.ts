import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Sender } from '../../src/clients/wire/outbox.ts';
import { Outbox } from '../../src/clients/wire/outbox.ts';
import { randomFor } from '../support/seeded.ts';

/** A socket: what it does not take at once it keeps by reference, as Node's streams do, until it is asked. */
class Socket implements Sender {
  takes = true;
  writes = 0;
  readonly #kept: Uint8Array[] = [];
  received = '';

  send(bytes: Uint8Array): boolean {
    this.writes++;
    this.#kept.push(bytes);
    if (this.takes) this.drain();
    return this.takes;
  }

  drain(): void {
    for (const bytes of this.#kept.splice(0)) this.received += Buffer.from(bytes).toString('latin1');
  }
}

function put(outbox: Outbox, sender: Sender, text: string): void {
  const at = outbox.reserve(sender, text.length);
  outbox.bytes.write(text, at, 'latin1');
}

describe('the outbox', () => {
  test('joins what one sender writes', () => {
    const outbox = new Outbox();
    const socket = new Socket();
    for (const text of ['one', 'two', 'three']) put(outbox, socket, text);
    assert.equal(socket.writes, 0);
    outbox.flush();
    outbox.flush();
    assert.deepEqual([socket.writes, socket.received], [1, 'onetwothree']);
  });

  test('writes for one sender when it is the turn of another', () => {
    const outbox = new Outbox();
    const [a, b] = [new Socket(), new Socket()];
    put(outbox, a, 'a1');
    put(outbox, b, 'b1');
    assert.deepEqual([a.received, b.received], ['a1', '']);
    put(outbox, a, 'a2');
    outbox.flush();
    assert.deepEqual([a.received, b.received], ['a1a2', 'b1']);
  });

  test('does not touch bytes that a socket still holds', () => {
    const outbox = new Outbox();
    const [slow, quick] = [new Socket(), new Socket()];
    slow.takes = false;
    put(outbox, slow, 'kept');
    outbox.flush();
    for (let i = 0; i < 10_000; i++) {
      put(outbox, quick, 'x'.repeat(50));
      if (i % 3 === 0) outbox.flush();
    }
    outbox.flush();
    slow.drain();
    assert.equal(slow.received, 'kept');
    assert.equal(quick.received.length, 500_000);
  });

  test('makes room for messages greater than its buffer', () => {
    const outbox = new Outbox();
    const socket = new Socket();
    put(outbox, socket, 'first');
    put(outbox, socket, 'y'.repeat(300_000));
    put(outbox, socket, 'last');
    outbox.flush();
    assert.equal(socket.received, `first${'y'.repeat(300_000)}last`);
  });

  test('forgets what was not written for a connection that is gone', () => {
    const outbox = new Outbox();
    const [gone, other] = [new Socket(), new Socket()];
    put(outbox, gone, 'lost');
    outbox.discard(other);
    outbox.discard(gone);
    put(outbox, other, 'kept');
    outbox.flush();
    assert.deepEqual([gone.writes, other.received], [0, 'kept']);
  });

  test('keeps every byte of every sender in order, whatever the sizes and whoever is slow', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 40; round++) {
      const outbox = new Outbox();
      const sockets = Array.from({ length: 4 }, () => new Socket());
      const expected = sockets.map(() => '');
      for (let i = 0; i < 300; i++) {
        const k = random(4);
        const socket = sockets[k] as Socket;
        const text = String.fromCharCode(97 + random(26)).repeat(random(30) === 0 ? random(100_000) : 1 + random(600));
        put(outbox, socket, text);
        expected[k] += text;
        if (random(4) === 0) outbox.flush();
        if (random(10) === 0) socket.takes = !socket.takes;
        if (random(10) === 0) socket.drain();
      }
      outbox.flush();
      for (const [k, socket] of sockets.entries()) {
        socket.drain();
        assert.ok(socket.received === expected[k], `sender ${k} of round ${round}`);
      }
    }
  });
});
