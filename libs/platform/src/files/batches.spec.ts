import { setImmediate as turn } from 'node:timers/promises';
import { Batches, type Batch } from './batches.js';
import { Slabs } from './slabs.js';

const SLAB = 65_536;
const SIZES = { secondBytes: 3 * SLAB, mostBytes: 4 * SLAB, mostSlabs: 6 };

/** Batches whose users are done when the spec says so. */
class Held {
  readonly slabs = new Slabs(SLAB, 8);
  readonly sent: Batch[] = [];
  private readonly users: PromiseWithResolvers<void>[] = [];
  readonly batches = new Batches(
    this.slabs,
    (batch) => {
      this.sent.push(batch);
      const user = Promise.withResolvers<void>();
      this.users.push(user);
      return user.promise;
    },
    SIZES,
  );

  async add(count: number): Promise<void> {
    for (let added = 0; added < count; added += 1) this.batches.add({ slab: await this.batches.slab(), length: SLAB });
  }

  async done(failure?: Error): Promise<void> {
    const user = this.users.shift();
    if (failure) user?.reject(failure);
    else user?.resolve();
    await turn();
  }

  /** How many slabs nobody has. */
  async free(): Promise<number> {
    let count = 0;
    const all = Array.from({ length: 8 }, () => this.slabs.acquire().then((slab) => ((count += 1), slab)));
    await turn();
    for (const slab of await Promise.all(all.slice(0, count))) this.slabs.release(slab);
    return count;
  }

  get lengths(): readonly number[] {
    return this.sent.map(({ slabs }) => slabs.length);
  }
}

describe('batches of slabs', () => {
  it('go at once while nobody is busy, and gather while somebody is', async () => {
    const held = new Held();
    await held.add(3);
    expect(held.lengths).toEqual([1]);
    await held.done();
    expect(held.lengths).toEqual([1, 2]);
    expect(held.sent.map(({ position, bytes }) => [position, bytes])).toEqual([
      [0, SLAB],
      [SLAB, 2 * SLAB],
    ]);
  });

  it('send a second one behind the first as soon as it is large, and no third', async () => {
    const held = new Held();
    await held.add(4);
    expect(held.lengths).toEqual([1, 3]);
    await held.add(2);
    await held.done();
    expect(held.lengths).toEqual([1, 3]);
    await held.done();
    expect(held.lengths).toEqual([1, 3, 2]);
  });

  it('hold a bounded number of slabs, and go on when some come back', async () => {
    const held = new Held();
    await held.add(6);
    let got = false;
    const next = held.batches.slab().then((slab) => ((got = true), slab));
    await turn();
    expect(got).toBe(false);
    await held.done();
    held.batches.add({ slab: await next, length: SLAB });
  });

  it('are finished when all of them have been used, the last one at once', async () => {
    const held = new Held();
    await held.add(2);
    let over = false;
    const finish = held.batches.finish().then(() => (over = true));
    expect(held.lengths).toEqual([1, 1]);
    await held.done();
    expect(over).toBe(false);
    await held.done();
    await finish;
    expect(await held.free()).toBe(8);
  });

  it('tell what a user failed with, send no more, and give every slab back', async () => {
    const held = new Held();
    await held.add(3);
    await held.done(new Error('disk'));
    expect(held.lengths).toEqual([1]);
    await expect(held.batches.slab()).rejects.toThrow('disk');
    await expect(held.batches.finish()).rejects.toThrow('disk');
    expect(await held.free()).toBe(8);
  });

  it('are abandoned when nobody uses them any more, and not before', async () => {
    const held = new Held();
    await held.add(3);
    let over = false;
    const abandoned = held.batches.abandon().then(() => (over = true));
    await turn();
    expect(over).toBe(false);
    await held.done();
    await abandoned;
    expect(held.lengths).toEqual([1]);
    expect(await held.free()).toBe(8);
  });
});
