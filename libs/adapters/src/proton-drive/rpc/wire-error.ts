import { Fault } from '#domain/fault/fault.js';
import { FAULTS, type FaultCode } from '#domain/fault/faults.js';
import type { WireError } from './frame.js';

/** An error of the other process that is no fault: of it only the class is known. */
export class RemoteError extends Error {
  constructor(override readonly name: string) {
    super('failed in the other process');
  }
}

export const toWire = (error: unknown): WireError => {
  if (error instanceof Fault) return { code: error.code, facts: error.facts };
  return { code: null, name: error instanceof Error ? error.name : typeof error };
};

export const fromWire = (error: WireError): Error => {
  if (error.code === null) return new RemoteError(error.name);
  return isFaultCode(error.code) ? new Fault(error.code, error.facts) : new RemoteError(error.code);
};

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);
