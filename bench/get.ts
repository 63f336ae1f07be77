import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '../test/harness/client.js';
import { GiB, median, timed, type Bench, type Finding } from './bench.js';

const ROUNDS = 5;

/** 1 GiB GET from the hot tier against nginx (sendfile) serving the same file, both to curl. */
export const benchGet = async (bench: Bench): Promise<readonly Finding[]> => {
  const path = bench.file('object', GiB);
  await bench.put(path, GiB);
  await bench.allStored();
  const oid = await sha256(path);
  const [object] = await bench.api.offered('download', [{ oid, size: GiB }]);
  const action = object?.actions?.download;
  if (!action) throw new Error('no download was offered');
  const headers = Object.entries(action.header).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const ours = () => timed('curl', ['-sS', '-f', '-o', '/dev/null', ...headers, action.href]);
  if (spawnSync('nginx', ['-v']).status !== 0) {
    return [
      {
        what: '1 GiB GET',
        measured: `${(await ours()).toFixed(2)} s`,
        anchor: 'nginx is not installed',
        notes: 'No anchor here.',
      },
    ];
  }
  const nginx = await startNginx(bench, path);
  try {
    const theirs = () => timed('curl', ['-sS', '-f', '-o', '/dev/null', nginx.url]);
    await ours();
    await theirs();
    const times = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.ours.push(await ours());
      times.theirs.push(await theirs());
    }
    const ratio = median(times.theirs) / median(times.ours);
    return [
      {
        what: '1 GiB GET (throughput)',
        measured: `${median(times.ours).toFixed(2)} s`,
        anchor: `nginx: ${median(times.theirs).toFixed(2)} s`,
        ratio,
        target: '>= 0.35',
        met: ratio >= 0.35,
      },
    ];
  } finally {
    await nginx.stop();
  }
};

const startNginx = async (bench: Bench, path: string): Promise<{ url: string; stop: () => Promise<void> }> => {
  const directory = join(bench.directory, 'nginx');
  mkdirSync(directory);
  chmodSync(bench.directory, 0o755);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const config = join(directory, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
     events {} http { access_log off; sendfile on; tcp_nopush on;
       client_body_temp_path ${directory}/a; proxy_temp_path ${directory}/b; fastcgi_temp_path ${directory}/c; uwsgi_temp_path ${directory}/d; scgi_temp_path ${directory}/e;
       server { listen 127.0.0.1:${port}; root ${bench.directory}; } }`,
  );
  const child = spawn('nginx', ['-c', config, '-p', directory], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { url: `http://127.0.0.1:${port}/${path.slice(bench.directory.length + 1)}`, stop };
};
