import type { AnsweredObject } from '#application/offer-batch/offer-batch.js';
import { isFault } from '#domain/fault/fault.js';
import type { AckMode } from '#domain/repository/repository.js';
import { metrics } from '#platform/metrics.js';

type Operation = 'upload' | 'download';

export const countBatch = (operation: Operation, objects: readonly AnsweredObject[], ackMode: AckMode): void => {
  for (const { answer } of objects) {
    metrics.batchObjects.inc({ operation, outcome: outcomeOf(answer) });
    if (answer.outcome === 'have') metrics.acks.inc({ mode: ackMode });
    if (answer.outcome === 'upload') {
      metrics.signedActions.inc({ op: 'upload', event: 'minted' });
      metrics.signedActions.inc({ op: 'verify', event: 'minted' });
    }
    if (answer.outcome === 'download') metrics.signedActions.inc({ op: 'download', event: 'minted' });
  }
};

export const countWaitingBatch = (operation: Operation, objects: number, error: unknown): void => {
  if (isFault(error, 'batch.waiting')) metrics.batchObjects.inc({ operation, outcome: 'wait' }, objects);
};

const outcomeOf = (answer: AnsweredObject['answer']): string => {
  if (answer.outcome !== 'refused') return answer.outcome;
  return answer.fault.code === 'object.absent' ? 'missing' : 'error';
};
