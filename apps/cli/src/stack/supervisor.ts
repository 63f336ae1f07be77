import { Fault } from '#domain/fault/fault.js';
import type { ServiceProcess } from './service-process.js';

type Member = Pick<ServiceProcess, 'start' | 'stop' | 'kill'>;

/** Processes that run together. They stop one after another, in the order that lets each finish what it has begun. */
export class Supervisor {
  private stopping = false;
  private readonly members: { readonly member: Member; readonly stopOrder: number }[] = [];

  /** Starts one process; those of the lowest order stop first. Resolves with its ports when it is ready; `service.draining` after a stop. */
  async run(member: Member, stopOrder: number): Promise<Readonly<Record<string, number>>> {
    if (this.stopping) throw new Fault('service.draining');
    this.members.push({ member, stopOrder });
    return member.start();
  }

  /** Drains all. A member that was never ready is stopped as well. */
  async stop(): Promise<void> {
    this.stopping = true;
    const ordered = this.members.toSorted((a, b) => a.stopOrder - b.stopOrder);
    for (const { member } of ordered) await member.stop();
  }

  kill(): void {
    this.stopping = true;
    for (const { member } of this.members) member.kill();
  }
}
