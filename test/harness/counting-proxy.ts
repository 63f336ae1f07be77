import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  batches: number;
  puts: number;
  verifies: number;
  gets: number;
  readonly ranges: string[];
}

export interface CountingProxy {
  readonly seen: Seen;
  /** The same URL, led through the proxy. */
  through(url: string): string;
  close(): Promise<void>;
}

/**
 * A proxy in front of the gateway that counts what a client sends, rewrites the hrefs of batch replies so that transfers come
 * through it too, and can cut the first download in the middle.
 */
export const startCountingProxy = async (
  target: string,
  { cutFirstDownloadAfter = Infinity } = {},
): Promise<CountingProxy> => {
  const seen: Seen = { batches: 0, puts: 0, verifies: 0, gets: 0, ranges: [] };
  const cut = { after: cutFirstDownloadAfter };
  const server = createServer((incoming, outgoing) => {
    count(seen, incoming);
    const headers = { ...incoming.headers, host: new URL(target).host };
    const forwarded = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
      if (incoming.url?.endsWith('/batch')) return rewrite(answer, outgoing, (text) => text.replaceAll(target, self()));
      return pass(answer, outgoing, cut);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const self = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    through: (url) => Object.assign(new URL(url), { port: new URL(self()).port }).href,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const count = (seen: Seen, { method, url = '', headers }: IncomingMessage): void => {
  if (method === 'PUT') seen.puts += 1;
  if (method === 'GET') seen.gets += 1;
  if (url.endsWith('/batch')) seen.batches += 1;
  if (url.endsWith('/verify') && !url.includes('/locks/')) seen.verifies += 1;
  if (headers.range) seen.ranges.push(headers.range);
};

const rewrite = (answer: IncomingMessage, outgoing: ServerResponse, change: (text: string) => string): void => {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.on('end', () => {
    const headers = { ...answer.headers };
    delete headers['content-length'];
    outgoing.writeHead(answer.statusCode ?? 502, headers).end(change(Buffer.concat(parts).toString()));
  });
};

const pass = (answer: IncomingMessage, outgoing: ServerResponse, cut: { after: number }): void => {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  let sent = 0;
  answer.on('data', (part: Buffer) => {
    sent += part.length;
    if (sent > cut.after) {
      cut.after = Infinity;
      outgoing.destroy();
      answer.destroy();
    } else if (!outgoing.write(part)) {
      answer.pause();
      outgoing.once('drain', () => answer.resume());
    }
  });
  answer.on('end', () => outgoing.end());
  answer.on('error', () => outgoing.destroy());
};
