import type { FastifyRequest } from 'fastify';
import type { RedeemAction, RedeemedAction } from '#application/authorize/redeem-action.js';
import type { ActionOperation } from '#application/ports/actions.js';
import { isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { metrics } from '#platform/metrics.js';
import { actionOf, oidOf, pathOf } from '../http/params.js';

const EVENTS: Partial<Record<FaultCode, string>> = {
  'action.missing': 'missing',
  'action.expired': 'expired',
  'action.tampered': 'tampered',
  'action.misused': 'misused',
  'credentials.rejected': 'revoked',
  'repository.absent': 'revoked',
};

/** Lets callers with a signed action in, and counts what was made of it. Reads no body. */
export class Redemption {
  constructor(private readonly redeem: RedeemAction) {}

  async of(request: FastifyRequest, operation: ActionOperation): Promise<RedeemedAction> {
    const path = pathOf(request);
    const oid = oidOf(request);
    try {
      const redeemed = await this.redeem.execute({ value: actionOf(request), operation, path, oid });
      metrics.signedActions.inc({ op: operation, event: 'used' });
      return redeemed;
    } catch (error) {
      const event = isFault(error) ? EVENTS[error.code] : undefined;
      if (event !== undefined) metrics.signedActions.inc({ op: operation, event });
      throw error;
    }
  }
}
