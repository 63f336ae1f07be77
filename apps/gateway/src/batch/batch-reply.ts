import type { AnsweredObject } from '#application/offer-batch/offer-batch.js';
import type { ActionOperation, SignedAction } from '#application/ports/actions.js';
import type { Clock } from '#application/ports/clock.js';
import type { BatchAction, BatchObject, BatchResponse } from '#contracts/lfs/batch.js';
import { LFS_JSON, OBJECT_BYTES } from '#contracts/lfs/media-type.js';
import type { RepositoryPath } from '#domain/repository/repository.js';
import { messageOf } from '../faults/fault-message.js';
import { objectStatusOf } from '../faults/status.js';
import { ACTION_HEADER } from '../http/params.js';

/** Sent along with each action. The type of an upload is fixed here, or clients guess one from its first bytes. */
const HEADERS: Readonly<Record<ActionOperation, Readonly<Record<string, string>>>> = {
  upload: { 'Content-Type': OBJECT_BYTES },
  verify: { Accept: LFS_JSON },
  download: {},
};

/** Writes the answer to a batch. Addresses come from the public URL, never from what a request claims its host is. */
export class BatchReply {
  constructor(
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  of(objects: readonly AnsweredObject[], path: RepositoryPath, requestId: string): BatchResponse {
    return {
      transfer: 'basic',
      hash_algo: 'sha256',
      objects: objects.map((object) => this.object(object, path, requestId)),
    };
  }

  private object({ oid, size, answer }: AnsweredObject, path: RepositoryPath, requestId: string): BatchObject {
    const action = (operation: ActionOperation, signed: SignedAction) => this.action(operation, signed, oid, path);
    switch (answer.outcome) {
      case 'have':
        return { oid, size };
      case 'upload':
        return {
          oid,
          size,
          authenticated: true,
          actions: { upload: action('upload', answer.upload), verify: action('verify', answer.verify) },
        };
      case 'download':
        return { oid, size, authenticated: true, actions: { download: action('download', answer.download) } };
      case 'refused':
        return {
          oid,
          size,
          error: { code: objectStatusOf(answer.fault), message: messageOf(answer.fault, requestId) },
        };
    }
  }

  private action(
    operation: ActionOperation,
    { value, expiresAt }: SignedAction,
    oid: string,
    path: RepositoryPath,
  ): BatchAction {
    const href = `${this.publicUrl}/${path.organization}/${path.name}.git/info/lfs/objects/${oid}`;
    return {
      href: operation === 'verify' ? `${href}/verify` : href,
      header: { ...HEADERS[operation], [ACTION_HEADER]: value },
      expires_in: Math.floor((expiresAt.getTime() - this.clock.now().getTime()) / 1000),
      expires_at: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    };
  }
}
