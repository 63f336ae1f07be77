import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { giveBack } from '#platform/give-back.js';
import { ANSWER_BYTES_MAX, answerOf, blockAnswerOf, readAnswer, type Answer } from './answer.js';
import type { Multipart } from './block-body.js';

export interface Exchange {
  readonly target: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** A request to the API. */
export const exchangeJson = async (
  { target, method, headers, signal }: Exchange,
  body: string | null,
): Promise<Answer> => {
  // Followed, a redirect would hand the session's tokens to another host.
  const response = await fetch(target, { method, headers, body, signal, redirect: 'error' });
  return readAnswer(response);
};

const AGENTS = {
  'http:': new HttpAgent({ keepAlive: true, timeout: 60_000 }),
  'https:': new HttpsAgent({ keepAlive: true, timeout: 60_000 }),
} as const;

/**
 * A request to storage. By the older client, which takes a body in pieces together with its length and gives one back as
 * it comes; `fetch` copies a block three times on its way out, and hands it on in small pieces through two streams. A redirect
 * is no answer.
 */
export const exchangeBlock = ({ target, method, headers, signal }: Exchange, body: Multipart | null): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const isTls = target.protocol === 'https:';
    const options = { method, headers: Object.fromEntries(headers), signal };
    const request = isTls
      ? httpsRequest(target, { ...options, agent: AGENTS['https:'] })
      : httpRequest(target, { ...options, agent: AGENTS['http:'] });
    const left = (): void => {
      if (!request.writableFinished) body?.leftUnsent();
    };
    request.once('error', (error) => {
      left();
      reject(causedBy(error));
    });
    request.once('response', (response) => {
      // The SDK would take whatever is below 400 for the block.
      if (response.statusCode !== undefined && response.statusCode >= 300 && response.statusCode < 400) {
        left();
        response.destroy();
        reject(new TypeError('Redirected.'));
        return;
      }
      read(response)
        .finally(left)
        .then(resolve, (error: Error) => reject(causedBy(error)));
    });
    for (const part of body?.parts ?? []) request.write(part);
    request.end();
  });

/** In the form that errors of `fetch` have. */
const causedBy = (cause: Error): Error => new TypeError('No answer.', { cause });

const read = async (message: IncomingMessage): Promise<Answer> => {
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = message;
  const headers = new Headers(
    Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  );
  const body = await bodyOf(message, Number(headers.get('content-length') ?? 0));
  const isJson = (headers.get('content-type') ?? '').includes('json');
  return (isJson ? answerOf : blockAnswerOf)(body, { status, statusText, headers });
};

/** Into memory of the size that was announced; more than that is taken as well, up to what an answer may have. */
const bodyOf = async (message: IncomingMessage, announced: number): Promise<Uint8Array<ArrayBuffer>> => {
  let body = Buffer.allocUnsafeSlow(Math.min(announced, ANSWER_BYTES_MAX));
  let length = 0;
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    if (length + chunk.byteLength > ANSWER_BYTES_MAX) throw new RangeError('The answer is too long.');
    if (length + chunk.byteLength > body.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(2 * (length + chunk.byteLength), ANSWER_BYTES_MAX));
      body.copy(larger, 0, 0, length);
      body = larger;
    }
    body.set(chunk, length);
    length += chunk.byteLength;
    giveBack(chunk);
  }
  return body.subarray(0, length);
};
