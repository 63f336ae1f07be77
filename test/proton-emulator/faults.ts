import type { FaultPlan } from './contract.js';

export type Trouble = FaultPlan['does'];

interface Armed {
  readonly plan: FaultPlan;
  after: number;
  times: number;
}

/** What goes wrong on purpose. The first plan that is due wins; a plan counts the calls that go through before it. */
export class Faults {
  private armed: Armed[] = [];

  add(plan: FaultPlan): void {
    this.armed.push({ plan, after: plan.after ?? 0, times: plan.times ?? 1 });
  }

  clear(): void {
    this.armed = [];
  }

  left(): readonly FaultPlan[] {
    return this.armed.map(({ plan, after, times }) => ({ ...plan, after, times }));
  }

  /** To be asked once per call: what happens to it, if anything. `names` are the route and its aliases. */
  strike(names: readonly string[]): Trouble | null {
    const matching = this.armed.filter(({ plan }) => names.some((name) => matches(plan.route, name)));
    const due = matching.find(({ after }) => after === 0);
    if (!due) {
      for (const one of matching) one.after--;
      return null;
    }
    due.times--;
    if (due.times <= 0) this.armed = this.armed.filter((one) => one !== due);
    return due.plan.does;
  }
}

const matches = (pattern: string, name: string): boolean => {
  if (pattern === '*' || pattern === name) return true;
  const prefix = /^\* (\/.*)$/.exec(pattern)?.[1];
  return prefix !== undefined && name.slice(name.indexOf(' ') + 1).startsWith(prefix);
};
