import { FAULTS, type FaultCode, type FaultKind } from './faults.js';

/** Loggable details of a fault: never a secret, never bytes of an object. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The one error class of Ballast. `code` is closed (see FAULTS) and stable; `facts` may be logged; the cause chain goes to
 * the log and never to a client. Anything thrown that is not a Fault counts as a bug.
 */
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly code: FaultCode,
    readonly facts: Facts = {},
    options?: ErrorOptions,
  ) {
    super(describe(code, facts), options);
  }

  get kind(): FaultKind {
    return FAULTS[this.code];
  }
}

/** True for a Fault, of the given code where one is named. */
export const isFault = (error: unknown, code?: FaultCode): error is Fault =>
  error instanceof Fault && (code === undefined || error.code === code);

const describe = (code: FaultCode, facts: Facts): string => {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  return shown.length === 0 ? code : `${code} (${shown.map(([name, value]) => `${name}=${String(value)}`).join(', ')})`;
};
