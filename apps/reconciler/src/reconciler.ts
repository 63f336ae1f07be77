import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import type { Probe } from '#platform/health.js';
import type { Duty } from './duty.js';
import { DutyLoop } from './duty.js';
import { DUTIES, ReconcilerModule, type ReconcilerSetup } from './reconciler.module.js';

export interface Reconciler {
  /** One a duty: degraded while it fails. */
  readonly probes: readonly Probe[];
  /** Ends the passes under way where they can be left, and gives the leases up. */
  stop(): Promise<void>;
}

/** Starts all duties over the given ports. */
export const startReconciler = async (setup: ReconcilerSetup): Promise<Reconciler> => {
  const context = await NestFactory.createApplicationContext(ReconcilerModule.with(setup), {
    logger: false,
    abortOnError: false,
  });
  const duties = context.get<readonly Duty[]>(DUTIES as unknown as Type<readonly Duty[]>);
  const loops = duties.map((duty) => new DutyLoop(duty, context.get(LeasedWork), setup.ports.clock, setup.logger));
  const stopping = new AbortController();
  const running = Promise.all(loops.map((loop) => loop.run(stopping.signal)));
  return {
    probes: loops.map((loop) => loop.probe),
    stop: async () => {
      stopping.abort();
      await running;
      await context.close();
    },
  };
};
