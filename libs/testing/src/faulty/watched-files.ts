import { dirname } from 'node:path';
import { nodeFiles, type Files, type OpenFile } from '#platform/files/files.js';

type Call = 'open' | 'write' | 'sync' | 'datasync' | 'mkdir' | 'rename' | 'unlink' | 'read';

interface Failure {
  readonly call: Call;
  readonly path: RegExp;
  readonly code: string;
}

/**
 * A file system that fails where it is told to, and that knows what a power failure would take: names that were made and
 * files that were written, and never synced since.
 */
export class WatchedFiles implements Files {
  readonly calls: string[] = [];
  free = Number.MAX_SAFE_INTEGER;
  private readonly failures: Failure[] = [];
  private readonly unsyncedNames = new Set<string>();
  private readonly unsyncedFiles = new Set<string>();

  /** From now on `call` fails on paths that match. */
  fail(call: Call, code: string, path = /./): void {
    this.failures.push({ call, path, code });
  }

  mend(): void {
    this.failures.length = 0;
  }

  /** Directories with a name, and files with bytes, that would be gone after a power failure. */
  undurable(): readonly string[] {
    return [...this.unsyncedNames, ...this.unsyncedFiles];
  }

  async open(path: string, flags: number, mode?: number): Promise<OpenFile> {
    this.note('open', path);
    return new WatchedFile(await nodeFiles.open(path, flags, mode), {
      note: (call) => this.note(call, path),
      written: () => this.unsyncedFiles.add(path),
      synced: () => {
        this.unsyncedFiles.delete(path);
        this.unsyncedNames.delete(path);
      },
    });
  }

  async mkdir(path: string, mode: number): Promise<void> {
    this.note('mkdir', path);
    await nodeFiles.mkdir(path, mode);
    this.unsyncedNames.add(dirname(path));
  }

  async rename(from: string, to: string): Promise<void> {
    this.note('rename', to);
    await nodeFiles.rename(from, to);
    this.unsyncedNames.add(dirname(to));
    if (this.unsyncedFiles.delete(from)) this.unsyncedFiles.add(to);
  }

  async unlink(path: string): Promise<void> {
    this.note('unlink', path);
    await nodeFiles.unlink(path);
    this.unsyncedFiles.delete(path);
  }

  readonly lstat = nodeFiles.lstat;
  readonly realpath = nodeFiles.realpath;
  readonly readdir = nodeFiles.readdir;

  async freeBytes(path: string): Promise<number> {
    return Math.min(this.free, await nodeFiles.freeBytes(path));
  }

  private note(call: Call, path: string): void {
    this.calls.push(`${call} ${path}`);
    const failure = this.failures.find((known) => known.call === call && known.path.test(path));
    if (failure) throw Object.assign(new Error(`${failure.code} on purpose`), { code: failure.code });
  }
}

interface Watch {
  note(call: Call): void;
  written(): void;
  synced(): void;
}

class WatchedFile implements OpenFile {
  constructor(
    private readonly file: OpenFile,
    private readonly watch: Watch,
  ) {}

  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    this.watch.note('read');
    return this.file.read(buffer, offset, length, position);
  }

  async writev(parts: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }> {
    this.watch.note('write');
    this.watch.written();
    return this.file.writev(parts, position);
  }

  async sync(): Promise<void> {
    this.watch.note('sync');
    await this.file.sync();
    this.watch.synced();
  }

  async datasync(): Promise<void> {
    this.watch.note('datasync');
    await this.file.datasync();
  }

  readonly stat = () => this.file.stat();
  readonly utimes = (accessed: Date, modified: Date) => this.file.utimes(accessed, modified);
  readonly close = () => this.file.close();
}
