import type { FaultCode } from '../fault/faults.js';
import { Fault } from '../fault/fault.js';
import type { Oid, Sha1 } from '../oid.js';
import type { LfsObjectEvent, Receipt } from './events.js';

/** The state of one oid in the whole organisation, folded from its stream. */
export type LfsObject =
  | { readonly state: 'absent' }
  | { readonly state: 'staged'; readonly sizeBytes: number; readonly sha1: Sha1; readonly generation: number }
  | {
      readonly state: 'stored';
      readonly sizeBytes: number;
      readonly sha1: Sha1;
      readonly generation: number;
      readonly receipt: Receipt;
    }
  | {
      readonly state: 'failed';
      readonly sizeBytes: number;
      readonly sha1: Sha1;
      readonly generation: number;
      readonly code: FaultCode;
    };

export type LfsObjectCommand =
  | {
      readonly type: 'Stage';
      readonly oid: Oid;
      readonly sizeBytes: number;
      readonly sha1: Sha1;
      readonly adopted: boolean;
      readonly at: string;
    }
  | {
      readonly type: 'RecordStored';
      readonly oid: Oid;
      readonly generation: number;
      readonly receipt: Receipt;
      readonly at: string;
    }
  | {
      readonly type: 'RecordStoreFailed';
      readonly oid: Oid;
      readonly generation: number;
      readonly code: FaultCode;
      readonly at: string;
    }
  | { readonly type: 'Redrive'; readonly oid: Oid; readonly at: string }
  | {
      readonly type: 'LosePlacement';
      readonly oid: Oid;
      /** Of the placement that was looked for, with its generation. */
      readonly vault: string;
      readonly generation: number;
      readonly reason: FaultCode;
      /** True when the hot tier holds the bytes, hashed again just now. */
      readonly hot: boolean;
      readonly at: string;
    };

export const absentObject: LfsObject = { state: 'absent' };

export const evolve = (object: LfsObject, event: LfsObjectEvent): LfsObject => {
  switch (event.type) {
    case 'ObjectStaged': {
      const { sizeBytes, sha1, generation } = event.data;
      return { state: 'staged', sizeBytes, sha1, generation };
    }
    case 'ObjectStored': {
      // Nothing is stored that was not staged before.
      if (object.state === 'absent') return object;
      const { generation, receipt } = event.data;
      return { state: 'stored', sizeBytes: receipt.sizeBytes, sha1: object.sha1, generation, receipt };
    }
    case 'StoreFailed':
      return object.state === 'staged' ? { ...object, state: 'failed', code: event.data.code } : object;
    case 'StoreRedriven':
      return object.state === 'failed'
        ? { state: 'staged', sizeBytes: object.sizeBytes, sha1: object.sha1, generation: event.data.generation }
        : object;
    case 'PlacementLost': {
      if (object.state !== 'stored') return object;
      const { sizeBytes, sha1, generation } = object;
      return { state: 'failed', sizeBytes, sha1, generation, code: event.data.reason };
    }
  }
};

export const foldObject = (events: readonly LfsObjectEvent[]): LfsObject => events.reduce(evolve, absentObject);

/** Why an object may have failed so that nobody here has its bytes: only a new upload mends it, so a batch offers one. */
const WITHOUT_BYTES: ReadonlySet<FaultCode> = new Set(['staging.lost', 'staging.corrupt', 'vault.absent']);

export const needsUpload = (code: FaultCode): boolean => WITHOUT_BYTES.has(code);

/**
 * Decides what a command means for an object. Idempotent: a command whose fact is already true yields no event.
 * Faults: `size.mismatch` (one oid cannot have two sizes), `object.absent`, `job.stale` (a result of an older generation).
 */
export const decide = (object: LfsObject, command: LfsObjectCommand): readonly LfsObjectEvent[] => {
  switch (command.type) {
    case 'Stage':
      return stage(object, command);
    case 'RecordStored':
      return recordStored(object, command);
    case 'RecordStoreFailed':
      return recordStoreFailed(object, command);
    case 'Redrive':
      return redrive(object, command);
    case 'LosePlacement':
      return losePlacement(object, command);
  }
};

type Command<Type extends LfsObjectCommand['type']> = Extract<LfsObjectCommand, { type: Type }>;

const stage = (
  object: LfsObject,
  { oid, sizeBytes, sha1, adopted, at }: Command<'Stage'>,
): readonly LfsObjectEvent[] => {
  if (object.state !== 'absent' && object.sizeBytes !== sizeBytes) {
    throw new Fault('size.mismatch', { oid, recorded: object.sizeBytes, given: sizeBytes });
  }
  if (object.state === 'stored' || object.state === 'staged') return [];
  const generation = object.state === 'failed' ? object.generation + 1 : 1;
  return [{ type: 'ObjectStaged', schema: 1, data: { oid, sizeBytes, sha1, generation, adopted, at } }];
};

const recordStored = (
  object: LfsObject,
  { oid, generation, receipt, at }: Command<'RecordStored'>,
): readonly LfsObjectEvent[] => {
  if (object.state === 'stored') return [];
  if (object.state === 'absent') throw new Fault('object.absent', { oid });
  if (object.generation !== generation) throw new Fault('job.stale', { oid, generation, current: object.generation });
  if (object.sizeBytes !== receipt.sizeBytes) {
    throw new Fault('vault.corrupt', { oid, staged: object.sizeBytes, stored: receipt.sizeBytes });
  }
  return [{ type: 'ObjectStored', schema: 1, data: { oid, generation, receipt, at } }];
};

const recordStoreFailed = (
  object: LfsObject,
  { oid, generation, code, at }: Command<'RecordStoreFailed'>,
): readonly LfsObjectEvent[] => {
  if (object.state !== 'staged' || object.generation !== generation) return [];
  return [{ type: 'StoreFailed', schema: 1, data: { oid, generation, code, at } }];
};

const redrive = (object: LfsObject, { oid, at }: Command<'Redrive'>): readonly LfsObjectEvent[] => {
  if (object.state === 'absent') throw new Fault('object.absent', { oid });
  if (object.state !== 'failed') return [];
  return [{ type: 'StoreRedriven', schema: 1, data: { oid, generation: object.generation + 1, at } }];
};

/** With the bytes at hand it is stored again at once. Another placement than the one that was looked for stays. */
const losePlacement = (
  object: LfsObject,
  { oid, vault, generation, reason, hot, at }: Command<'LosePlacement'>,
): readonly LfsObjectEvent[] => {
  if (object.state !== 'stored' || object.generation !== generation || object.receipt.vault !== vault) return [];
  const lost: LfsObjectEvent = { type: 'PlacementLost', schema: 1, data: { oid, vault, generation, reason, at } };
  if (!hot) return [lost];
  return [lost, { type: 'StoreRedriven', schema: 1, data: { oid, generation: generation + 1, at } }];
};
