import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { objectStream } from '#domain/lfs-object/stream.js';
import { isFault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';
import { createRepository, onObject, someOid, staged, stored } from '#testing/contracts/example-events.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { openPostgres } from './postgres.js';

describe('an outage of the database', () => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  const cutAll = () =>
    fresh.ask(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );

  /** Appends as a use case does: after an outage it looks what became of the commit before it decides again. */
  const appendSurely = async (oid: Oid): Promise<void> => {
    const { events } = fresh.postgres;
    for (;;) {
      try {
        if ((await events.read(objectStream(oid))).version === 0) await events.append(onObject(oid, 0, staged(oid)));
        return;
      } catch (error) {
        if (!isFault(error, 'database.unavailable')) throw error;
        await delay(20);
      }
    }
  };

  it('under load ends only what was under way, and everything heals by itself', async () => {
    const oids = Array.from({ length: 200 }, () => someOid());
    let working = true;
    const killer = (async () => {
      while (working) {
        await delay(60);
        await cutAll();
      }
    })();
    const lanes = Array.from({ length: 10 }, async (_, lane) => {
      for (const oid of oids.filter((_, index) => index % 10 === lane)) await appendSurely(oid);
    });
    await Promise.all(lanes);
    working = false;
    await killer;
    const [row] = await fresh.ask<{ events: string; objects: string }>(
      'select (select count(*) from events) as events, (select count(*) from objects) as objects',
    );
    expect(row).toEqual({ events: '200', objects: '200' });
  }, 60_000);

  it('does not lose a waiter, with or without the listening connection', async () => {
    const { durability, events } = fresh.postgres;
    const oid = someOid();
    await events.append(onObject(oid, 0, staged(oid)));
    const settled = durability.settled([oid], 20_000, new AbortController().signal);
    await delay(100);
    await cutAll();
    await appendStored(oid);
    durability.announce(oid);
    expect(await settled).toBe(true);
  }, 30_000);

  const appendStored = async (oid: Oid): Promise<void> => {
    for (;;) {
      try {
        return await fresh.postgres.events.append(onObject(oid, 1, stored(oid)));
      } catch (error) {
        if (!isFault(error, 'database.unavailable')) throw error;
        await delay(20);
      }
    }
  };

  it('is told as such by every port when nobody listens there', async () => {
    const settings = {
      databaseUrl: 'postgresql://nobody:secret@127.0.0.1:1/none',
      databasePoolMax: 2,
      databaseWaitMs: 500,
    };
    const postgres = openPostgres(settings, pino({ level: 'silent' }));
    const path = { organization: 'acme', name: 'demo' };
    const questions = [
      () => postgres.events.read('object-x'),
      () => postgres.events.append(onObject(someOid(), 0)).then(() => postgres.database.check()),
      () => postgres.catalogue.repository(path),
      () => postgres.catalogue.objects([someOid()]),
      () => postgres.tokens.count(),
      () => postgres.outbox.claim(1, 1_000),
      () => postgres.leases.acquire('entity', 1_000),
      () => postgres.ledger.begin('store-object', 'a'),
      () => postgres.inventory.repositories(1),
      () => postgres.statistics.read(),
      () => postgres.projections.status(),
    ];
    for (const question of questions) await expect(question()).rejects.toMatchObject({ code: 'database.unavailable' });
    await postgres.close();
  });

  it('is told when no connection comes free in time', async () => {
    const busy = await freshDatabase(2);
    try {
      const { database } = openPostgres(
        { ...busy.postgres.database.settings, databaseWaitMs: 100 },
        pino({ level: 'silent' }),
      );
      const held = [database.query({ text: 'select pg_sleep(1)' }), database.query({ text: 'select pg_sleep(1)' })];
      await delay(50);
      await expect(database.check()).rejects.toMatchObject({ code: 'database.unavailable' });
      await Promise.all(held);
      await database.check();
      await database.close();
    } finally {
      await busy.drop();
    }
  });

  it('during ordinary reads heals as well', async () => {
    const { catalogue, events } = fresh.postgres;
    const repositoryId = await createRepository(events);
    await catalogue.repositoryById(repositoryId);
    await cutAll();
    await delay(50);
    expect((await catalogue.repositoryById(repositoryId))?.id).toBe(repositoryId);
  });
});
