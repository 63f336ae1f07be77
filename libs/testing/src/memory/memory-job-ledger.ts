import {
  JobLedger,
  type AttemptError,
  type Attempts,
  type DeadLetter,
  type DeadLetterFilter,
  type NewDeadLetter,
} from '#application/ports/attempts.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryJobLedger extends JobLedger {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async begin(queue: QueueName, jobId: string): Promise<Attempts> {
    await Promise.resolve();
    const { attempts, clock } = this.database;
    const row = attempts.get(jobId) ?? { queue, count: 0, errors: [], firstAt: clock.now() };
    row.count += 1;
    attempts.set(jobId, row);
    return { count: row.count, errors: [...row.errors] };
  }

  override async note(jobId: string, error: AttemptError, counted: boolean): Promise<void> {
    await Promise.resolve();
    const row = this.database.attempts.get(jobId);
    if (!row) return;
    row.errors = [...row.errors, error].slice(-5);
    if (!counted) row.count = Math.max(0, row.count - 1);
  }

  override async settle(jobId: string): Promise<void> {
    await Promise.resolve();
    this.database.attempts.delete(jobId);
  }

  override async bury({ error, ...letter }: NewDeadLetter): Promise<DeadLetter> {
    await Promise.resolve();
    const { attempts, deadLetters, clock } = this.database;
    const open = deadLetters.find(({ jobId, state }) => jobId === letter.jobId && state === 'open');
    if (open) return open;
    const row = attempts.get(letter.jobId);
    attempts.delete(letter.jobId);
    const buried: DeadLetter = {
      ...letter,
      id: String(deadLetters.length + 1),
      attempts: row?.count ?? 1,
      errors: [...(row?.errors ?? []), error].slice(-5),
      firstAt: row?.firstAt ?? clock.now(),
      lastAt: clock.now(),
      state: 'open',
    };
    deadLetters.push(buried);
    return buried;
  }

  override async find({ limit, ...wanted }: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    await Promise.resolve();
    const fields = Object.entries(wanted).filter(([, value]) => value !== undefined);
    return this.database.deadLetters
      .filter((letter) => fields.every(([name, value]) => letter[name as keyof DeadLetter] === value))
      .slice(0, limit);
  }

  override async get(id: string): Promise<DeadLetter | null> {
    await Promise.resolve();
    return this.database.deadLetters.find((letter) => letter.id === id) ?? null;
  }

  override async close(id: string, state: 'redriven' | 'dropped'): Promise<void> {
    const index = this.database.deadLetters.findIndex((letter) => letter.id === id);
    const letter = await this.get(id);
    if (!letter) throw new Fault('dead-letter.absent', { id });
    if (letter.state !== 'open') throw new Fault('dead-letter.settled', { id, state: letter.state });
    this.database.deadLetters[index] = { ...letter, state };
  }
}
