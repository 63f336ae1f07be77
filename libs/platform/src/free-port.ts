import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections and to whoever asks for any (from 32,768 on with Linux, 49,152
 * elsewhere): what was free a moment ago is hardly taken meanwhile by a connection that just needs some port.
 */
const LEAST = 10_000;
const BEYOND = 32_768;
const TRIES = 50;

/** A port that was free a moment ago: whoever takes it must be ready to find it taken. Throws when nothing can listen there. */
export const freePort = async (host = '127.0.0.1'): Promise<number> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LEAST, BEYOND);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`no port of ${host} can be listened on`);
};

export const isFree = async (host: string, port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
};
