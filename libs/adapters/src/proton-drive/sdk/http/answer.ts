/** Most that is read of one answer: a block is at most 4 MiB of plaintext, a page of links some hundred KiB. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

const OK = 200;
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** An answer whose body was read to its end. */
export interface Answer {
  /** In the shape that the SDK takes it in. */
  readonly response: Response;
  /** undefined where the body is no JSON. */
  readonly parsed: unknown;
  readonly receivedBytes: number;
}

interface Head {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
}

export const answerOf = (bytes: Uint8Array<ArrayBuffer>, head: Head): Answer => {
  const isJson = /[/+]json\b/.test(head.headers.get('content-type') ?? '');
  const parsed = isJson ? parse(bytes) : undefined;
  const { status, statusText, headers } = head;
  const response = new Response(WITHOUT_BODY.has(status) ? null : bytes, { status, statusText, headers });
  // A page of links is some hundred KiB: parsed once, not once more by the SDK.
  if (parsed !== undefined) Object.defineProperty(response, 'json', { value: () => Promise.resolve(parsed) });
  return { response, parsed, receivedBytes: bytes.byteLength };
};

const blocks = new WeakMap<ReadableStream, Uint8Array<ArrayBuffer>>();

/** The block that an answer of storage was made of; undefined for any other stream. */
export const blockBehind = (body: ReadableStream): Uint8Array<ArrayBuffer> | undefined => blocks.get(body);

/** An answer of storage: when it is a block, its body can be had without reading it, which would copy it twice. */
export const blockAnswerOf = (bytes: Uint8Array<ArrayBuffer>, head: Head): Answer => {
  if (head.status !== OK) return answerOf(bytes, head);
  const { status, statusText, headers } = head;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  blocks.set(body, bytes);
  return {
    response: new Response(body, { status, statusText, headers }),
    parsed: undefined,
    receivedBytes: bytes.byteLength,
  };
};

/** Rejects with a RangeError when the body is too long. */
export const readAnswer = async (received: Response): Promise<Answer> => answerOf(await bodyOf(received), received);

const bodyOf = async (response: Response): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > ANSWER_BYTES_MAX) throw new RangeError('The answer is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
};

/** undefined when it is no JSON: then the SDK finds that out in its own way. */
const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
};
