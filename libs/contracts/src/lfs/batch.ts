import { z } from 'zod';

/** Objects of one batch: the stock client sends 100 (docs/git-lfs.md#batch-size), the limit leaves room for tuned ones. */
export const BATCH_OBJECTS_MAX = 1000;

/** Bytes of a batch body: 1,000 objects of the longest form fit several times over. */
export const BATCH_BODY_BYTES_MAX = 1024 * 1024;

/**
 * A batch request as sent. `objects` stay unknown here on purpose: a bad object is answered by an error in its own place,
 * never by a failure of its 99 neighbours (LFS API, batch, "Response Errors").
 */
export const BatchRequest = z.object({
  operation: z.string(),
  transfers: z.array(z.string().max(100)).max(50).nullish(),
  ref: z
    .object({ name: z.string().max(4096).optional() })
    .loose()
    .nullish(),
  hash_algo: z.string().max(100).nullish(),
  objects: z.array(z.unknown()),
});
export type BatchRequest = z.infer<typeof BatchRequest>;

/** Body of `POST …/verify`. */
export const VerifyRequest = z.object({ oid: z.unknown(), size: z.unknown() });
export type VerifyRequest = z.infer<typeof VerifyRequest>;

export interface BatchAction {
  readonly href: string;
  readonly header: Readonly<Record<string, string>>;
  /** Seconds from now; preferred by clients to `expires_at`, whose clock may be off. */
  readonly expires_in: number;
  readonly expires_at: string;
}

export interface BatchObjectError {
  /** An HTTP-like status of this object alone. */
  readonly code: number;
  readonly message: string;
}

/** One requested object, echoed exactly once: a client waits for ever for one left out (docs/git-lfs.md#every-object). */
export interface BatchObject {
  readonly oid: string;
  readonly size: number;
  readonly authenticated?: true;
  readonly actions?: Readonly<Partial<Record<'upload' | 'verify' | 'download', BatchAction>>>;
  readonly error?: BatchObjectError;
}

export interface BatchResponse {
  readonly transfer: 'basic';
  readonly hash_algo: 'sha256';
  readonly objects: readonly BatchObject[];
}

/** Body of every failure. Clients show `message` only, so it carries the request id (docs/git-lfs.md#message-only). */
export interface LfsError {
  readonly message: string;
  readonly request_id: string;
  readonly documentation_url: string;
}
