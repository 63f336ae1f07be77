/** A known bug: the text that keeps it out, what it looked like, and the spec that must notice. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly project: 'unit' | 'integration';
  readonly spec: string;
  /** Narrows the run to tests whose name matches. */
  readonly only?: string;
}

const POSTGRES = 'libs/adapters/src/postgres';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a naive cursor: events of transactions that are still open are passed over',
    file: `${POSTGRES}/reading-order.ts`,
    find: "'events.tx < pg_snapshot_xmin(pg_current_snapshot())'",
    replace: "'true'",
    project: 'integration',
    spec: `${POSTGRES}/reading-order`,
  },
  {
    name: 'no directory fsync: a name that a power failure takes away',
    file: 'libs/platform/src/files/durable-moves.ts',
    find: 'await directory.sync();',
    replace: '',
    project: 'integration',
    spec: 'libs/adapters/src/staging/disk-hot-tier',
    only: 'power failure|syncs the file',
  },
  {
    name: 'unfenced cleanup: a failed attempt removes what a later one put in place',
    file: 'libs/platform/src/files/digest-directory.ts',
    find: 'discard: () => this.files.unlink(path),',
    replace:
      'discard: () => this.files.unlink(path).then(() => this.files.unlink(this.pathOf(digest))).catch(() => undefined),',
    project: 'integration',
    spec: 'libs/adapters/src/staging/disk-hot-tier',
    only: 'abandoned first attempt',
  },
  {
    name: 'ack before store: verify says yes to what is only staged',
    file: 'libs/application/src/verify-object/verify-object.ts',
    find: "if (before.state === 'staged' && action.repository.ackMode === 'staged') return 'staged';",
    replace: "if (before.state === 'staged') return 'staged';",
    project: 'integration',
    spec: 'apps/gateway/src/verify/',
  },
  {
    name: 'no fence: a zombie records what it stored after another took over',
    file: `${POSTGRES}/append-statements.ts`,
    find: '...(fence ? [demandLease(fence)] : []),',
    replace: '...(fence && !demandLease ? [demandLease(fence)] : []),',
    project: 'integration',
    spec: `${POSTGRES}/postgres-contracts`,
    only: 'whose lease another holder',
  },
  {
    name: 'no attempt deadline: an attempt that hangs holds its slot for ever',
    file: 'libs/application/src/leased-work/leased-work.ts',
    find: "if (!over.aborted) broken.abort(new Fault('attempt.deadline', { deadlineMs }));",
    replace: 'void broken;',
    project: 'unit',
    spec: 'libs/application/src/leased-work',
  },
  {
    name: 'an unverified hydration completes: the end is let go before the hash is right',
    file: 'libs/application/src/open-object/follow-hydration.ts',
    find: "if (digest !== oid) throw new Fault('vault.corrupt', { oid, sent: digest });",
    replace: 'void digest;',
    project: 'unit',
    spec: 'libs/application/src/open-object',
  },
];
