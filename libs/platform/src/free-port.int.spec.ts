import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { freePort, isFree } from './free-port.js';

describe('a free port', () => {
  it('is none that an outgoing connection may be given before it is listened on', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    for (const port of ports) expect(port).toBeLessThan(32_768);
    expect(new Set(ports).size).toBeGreaterThan(15);
  });

  it('is not one that somebody listens on', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await isFree('127.0.0.1', port)).toBe(false);
    other.close();
    await once(other, 'close');
    expect(await isFree('127.0.0.1', port)).toBe(true);
  });

  it('is not to be had of a host that is somewhere else', async () => {
    await expect(freePort('192.0.2.1')).rejects.toThrow('no port of 192.0.2.1');
  });
});
