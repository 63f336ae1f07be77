import { HttpException } from '@nestjs/common';
import { Fault } from '#domain/fault/fault.js';
import { routeOf } from '../http/routes.js';

/** What the frameworks throw, in our words; null for what nobody foresaw. */
export const asFault = (error: unknown, url: string): Fault | null => {
  if (error instanceof Fault) return error;
  const status = error instanceof HttpException ? error.getStatus() : frameworkStatus(error);
  switch (status) {
    case 404:
      return new Fault(routeOf(url).methods.length > 0 ? 'route.method-absent' : 'route.absent');
    case 400:
    case 414:
      return new Fault('request.malformed', {}, { cause: error });
    case 413:
      return new Fault('request.too-large', {}, { cause: error });
    case 415:
      return new Fault('request.unsupported-media', {}, { cause: error });
    case undefined:
    default:
      return null;
  }
};

const frameworkStatus = (error: unknown): number | undefined =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  String(error.code).startsWith('FST_') &&
  'statusCode' in error
    ? Number(error.statusCode)
    : undefined;
