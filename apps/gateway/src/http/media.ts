import type { FastifyRequest } from 'fastify';
import { isLfsJson, LFS_JSON } from '#contracts/lfs/media-type.js';
import { Fault } from '#domain/fault/fault.js';

const ACCEPTABLE = new Set([LFS_JSON, 'application/json', 'application/*', '*/*']);

/** Requests must be of the LFS type or of plain JSON (415), and take such an answer (406). */
export const checkMedia = ({ headers }: FastifyRequest): void => {
  if (!isLfsJson(headers['content-type'])) throw new Fault('request.unsupported-media');
  checkAccept(headers.accept);
};

export const checkAccept = (accept: string | undefined): void => {
  if (accept === undefined) return;
  const named = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  if (!named.some((range) => ACCEPTABLE.has(range))) throw new Fault('request.not-acceptable');
};
