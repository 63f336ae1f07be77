import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import {
  CONTROL_PREFIX,
  type EmulatorNode,
  type EmulatorSecret,
  type FaultPlan,
  type Knobs,
  type RecordedCall,
} from '../proton-emulator/contract.js';
import { ROOT } from './root.js';
import { eventually } from './run.js';

export interface StoredBlock {
  readonly id: string;
  readonly linkId: string;
  readonly index: number;
  readonly bytes: number;
}

/** A step of a login with a password. */
export const isPasswordLogin = ({ route }: RecordedCall): boolean => /\/v4\/auth(\/info|\/2fa)?$/.test(route);

/** The emulator of Proton in a process of its own, as `npm run proton-emulator` starts it, steered over its control API. */
export class Emulator {
  url = '';
  private process: ChildProcess | null = null;
  private said = '';

  async start(args: readonly string[] = []): Promise<this> {
    const child = spawn(
      process.execPath,
      [
        ...['--conditions=source', '--experimental-transform-types', '--no-warnings'],
        ...['--import', join(ROOT, 'libs/testing/src/processes/typescript.mjs')],
        ...[join(ROOT, 'test/proton-emulator/main.ts'), '--port', '0', ...args],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT },
    );
    this.process = child;
    child.stdout.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    await eventually('the emulator listens', () => {
      if (child.exitCode !== null) throw new Error(`it exited with ${child.exitCode}: ${this.said}`);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(this.said)?.[0];
      if (url === undefined) throw new Error(`it has not said where: ${this.said}`);
      this.url = url;
    });
    return this;
  }

  get pid(): number {
    if (this.process?.pid === undefined) throw new Error('the emulator does not run');
    return this.process.pid;
  }

  async calls(since = 0): Promise<readonly RecordedCall[]> {
    const { calls } = await this.ask<{ calls: RecordedCall[] }>('GET', `/calls?since=${since}`);
    return calls;
  }

  /** Number of the last call so far: to be given to `calls`. */
  async mark(): Promise<number> {
    return (await this.calls()).at(-1)?.number ?? 0;
  }

  async forgetCalls(): Promise<void> {
    await this.ask('DELETE', '/calls');
  }

  async fault(plan: FaultPlan): Promise<void> {
    await this.ask('POST', '/faults', plan);
  }

  async noFaults(): Promise<void> {
    await this.ask('DELETE', '/faults');
  }

  async turn(knobs: Partial<Knobs>): Promise<void> {
    await this.ask('PATCH', '/knobs', knobs);
  }

  async advance(advanceSeconds: number): Promise<void> {
    await this.ask('POST', '/clock', { advanceSeconds });
  }

  async nodes(): Promise<readonly EmulatorNode[]> {
    const { nodes } = await this.ask<{ nodes: EmulatorNode[] }>('GET', '/nodes');
    return nodes;
  }

  async files(state: EmulatorNode['state']): Promise<readonly EmulatorNode[]> {
    return (await this.nodes()).filter((node) => node.type === 'file' && node.state === state);
  }

  /** As somebody in the web app. */
  async inWebApp(act: 'trash' | 'restore' | 'delete', linkId: string): Promise<void> {
    await this.ask('POST', `/nodes/${encodeURIComponent(linkId)}/${act}`, {});
  }

  async blocks(): Promise<readonly StoredBlock[]> {
    const { blocks } = await this.ask<{ blocks: StoredBlock[] }>('GET', '/blocks');
    return blocks;
  }

  async ciphertext(id: string): Promise<Buffer> {
    const answer = await this.fetch('GET', `/blocks/${encodeURIComponent(id)}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async sessions(): Promise<readonly { uid: string; kind: string; parentUid: string | null; revoked: boolean }[]> {
    const { sessions } = await this.ask<{
      sessions: { uid: string; kind: string; parentUid: string | null; revoked: boolean }[];
    }>('GET', '/sessions');
    return sessions;
  }

  /** Passwords, and every token that it ever issued. */
  async secrets(): Promise<readonly EmulatorSecret[]> {
    const { secrets } = await this.ask<{ secrets: EmulatorSecret[] }>('GET', '/secrets');
    return secrets;
  }

  async endSession(act: 'revoke' | 'expire', uid: string): Promise<void> {
    await this.ask('POST', `/sessions/${encodeURIComponent(uid)}/${act}`, {});
  }

  /** As the owner of the account who opens the URL that `ballast vault login` shows, and agrees. */
  async approve(url: string): Promise<void> {
    await this.ask('POST', '/forks/approve', { url });
  }

  async solveHumanVerification(): Promise<void> {
    await this.ask('POST', '/human-verification/solve', {});
  }

  /** Freezes it: no call is answered until `thaw`, as of a provider that is a black hole. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGCONT');
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body);
    const text = await answer.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  private async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${this.url}${CONTROL_PREFIX}${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
