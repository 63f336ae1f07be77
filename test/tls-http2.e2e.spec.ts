import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsFixture } from '#testing/gateway/tls-fixture.js';
import { Drill } from './harness/drill.js';

const LONGER_THAN_A_CLIENT_IS_SILENT_MS = 40_000;

describe('native TLS with HTTP/2', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-tls-'));
  let drill: Drill;

  beforeAll(async () => {
    writeFileSync(join(directory, 'tls.crt'), tlsFixture.cert);
    writeFileSync(join(directory, 'tls.key'), tlsFixture.key, { mode: 0o600 });
    const environment = {
      BALLAST_TLS_CERT_FILE: join(directory, 'tls.crt'),
      BALLAST_TLS_KEY_FILE: join(directory, 'tls.key'),
    };
    drill = await new Drill({ environment }).start();
  }, 120_000);

  afterAll(async () => {
    await drill.dispose();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('keeps the stock client waiting in one verify for longer than its 30 s of silence, by PINGs', async () => {
    expect(drill.stack.gatewayUrl).toMatch(/^https:/);
    const copy = await drill.work([50_000]);
    await drill.client.must(copy, ['config', 'http.sslVerify', 'false']);
    const worker = drill.stack.pid('worker');
    process.kill(worker, 'SIGSTOP');
    const resumed = setTimeout(() => process.kill(worker, 'SIGCONT'), LONGER_THAN_A_CLIENT_IS_SILENT_MS);
    try {
      const begun = Date.now();
      expect(await drill.client.push(copy)).toMatchObject({ code: 0 });
      expect(Date.now() - begun).toBeGreaterThan(LONGER_THAN_A_CLIENT_IS_SILENT_MS - 1_000);
    } finally {
      clearTimeout(resumed);
    }
    const requests = [...drill.stack.output.matchAll(/gateway .*\bmethod=(\w+) path=(\S+) status=(\d+)/g)];
    const verifies = requests.filter(([, , path]) => path?.endsWith('/verify') === true && !path.includes('/locks/'));
    expect(verifies.map(([, , , status]) => status)).toEqual(['200']);
    expect(requests.filter(([, method]) => method === 'PUT')).toHaveLength(1);
  }, 180_000);
});
