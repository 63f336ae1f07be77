import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Clock, Random } from '#application/ports/clock.js';

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

export class SystemRandom extends Random {
  override uuid(): string {
    return randomUUID();
  }

  override fraction(): number {
    return Math.random();
  }
}
