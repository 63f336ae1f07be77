import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, writeRandomFile } from '../test/harness/client.js';
import { LfsApi } from '../test/harness/lfs-api.js';
import { Stack, type ServiceName } from '../test/harness/stack.js';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly anchor?: string;
  readonly ratio?: number;
  readonly target?: string;
  /** Absent where there is no target. */
  readonly met?: boolean;
  readonly notes?: string;
}

interface Status {
  readonly objects: { readonly value: readonly { readonly state: string }[] };
}

/** A stack and a scratch directory for one part of the benchmark. */
export class Bench {
  readonly directory = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
  readonly stack = new Stack({ failpoints: false });

  async start(): Promise<void> {
    await this.stack.start();
  }

  get api(): LfsApi {
    return new LfsApi(`${this.stack.gatewayUrl}/acme/demo.git/info/lfs`, this.stack.token);
  }

  file(name: string, sizeBytes: number): string {
    const path = join(this.directory, name);
    writeRandomFile(path, sizeBytes);
    return path;
  }

  /** Makes a file another object by new bytes at its beginning. */
  static renew(path: string): void {
    const file = openSync(path, 'r+');
    writeSync(file, randomBytes(4096), 0, 4096, 0);
    closeSync(file);
  }

  /** PUTs a file with curl, whose own cost is small, and returns the seconds from start to exit. */
  async put(path: string, sizeBytes: number): Promise<number> {
    const oid = await sha256(path);
    const [object] = await this.api.offered('upload', [{ oid, size: sizeBytes }]);
    const action = object?.actions?.upload;
    if (!action) throw new Error('no upload was offered');
    const headers = Object.entries(action.header).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    return timed('curl', ['-sS', '-f', '-o', '/dev/null', '-H', 'Expect:', ...headers, '-T', path, action.href]);
  }

  /** Waits until the worker has stored everything, so that it does not share the cores with what is measured next. */
  async allStored(): Promise<void> {
    for (const until = Date.now() + 180_000; Date.now() < until;) {
      const { stdout } = await this.stack.cli(['status', '--json']);
      const { objects } = JSON.parse(stdout) as Status;
      if (objects.value.every(({ state }) => state === 'stored')) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('not everything was stored within 3 minutes');
  }

  rssBytes(service: ServiceName): number {
    const status = readFileSync(`/proc/${this.stack.pid(service)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** Seconds of CPU that a process has used so far, all threads. */
  static cpuSeconds(pid: number): number {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async dispose(): Promise<void> {
    await this.stack.dispose();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Seconds that a program takes; throws when it fails. */
export const timed = (
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve(Number(process.hrtime.bigint() - begun) / 1e9);
      else reject(new Error(`${command} exited with ${code}: ${stderr}`));
    });
  });

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
