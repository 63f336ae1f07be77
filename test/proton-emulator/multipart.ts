import { ApiError } from './api-error.js';

export interface Part {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly bytes: Buffer;
}

const PARTS_MAX = 100;

/** The parts of a `multipart/form-data` body that was read wholly. ApiError 400/2000 when it is malformed. */
export const parseMultipart = (contentType: string | undefined, body: Buffer): readonly Part[] => {
  const mark = boundaryOf(contentType);
  const parts: Part[] = [];
  const first = Buffer.from(`--${mark}`);
  const between = Buffer.from(`\r\n--${mark}`);
  if (!body.subarray(0, first.length).equals(first)) throw malformed();
  let at = first.length;
  while (body.subarray(at, at + 2).toString() !== '--') {
    const headEnd = body.indexOf('\r\n\r\n', at);
    const end = headEnd < 0 ? -1 : body.indexOf(between, headEnd + 2);
    if (end < 0 || parts.length === PARTS_MAX) throw malformed();
    parts.push(part(body.subarray(at, headEnd).toString('utf8'), body.subarray(headEnd + 4, end)));
    at = end + between.length;
  }
  return parts;
};

const boundaryOf = (contentType = ''): string => {
  const [, quoted, plain] = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const mark = quoted ?? plain;
  if (mark === undefined) throw malformed();
  return mark;
};

const part = (head: string, bytes: Buffer): Part => {
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? '';
  const name = /(?:^|[\s;])name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw malformed();
  return {
    name,
    filename: /filename="([^"]*)"/i.exec(disposition)?.[1] ?? null,
    contentType: /^content-type:\s*(\S.*?)\s*$/im.exec(head)?.[1] ?? null,
    bytes,
  };
};

const malformed = (): ApiError => new ApiError(400, 2000, 'The body is not multipart/form-data');
