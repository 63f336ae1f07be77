// A process of the SDK without the SDK: its Drive is in memory, and some names make it do what a process of the SDK may do.
import type { DriveHost } from '#adapters/proton-drive/drive-host.js';
import type { NodeUid } from '#adapters/proton-drive/drive.js';
import { runSdkProcess } from '#adapters/proton-drive/pool/run-sdk-process.js';
import { environment } from '#platform/environment.js';
import { MemoryDrive } from '#testing/memory/memory-drive.js';

class ScriptedDrive extends MemoryDrive {
  constructor(private readonly host: DriveHost) {
    super();
  }

  override async find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    switch (name) {
      case 'pid':
        return String(process.pid);
      case 'block':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000);
        return null;
      case 'hang':
        return new Promise(() => undefined);
      case 'crash':
        setImmediate(() => {
          throw new Error('crashed by a spec');
        });
        return new Promise(() => undefined);
      case 'print':
        process.stderr.write('Authorization: Bearer abcdefsecret\n');
        return null;
      case 'environment':
        return JSON.stringify({ argv: process.argv.slice(2), env: Object.keys(environment) });
      case 'tokens':
        await this.host.permit(signal);
        return `${(await this.host.tokens('old')).accessToken} ${await this.host.keyPassword()}`;
      default:
        return super.find(parent, name, signal);
    }
  }
}

runSdkProcess((_, host) => new ScriptedDrive(host));
