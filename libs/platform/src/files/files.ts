import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, statfs, unlink } from 'node:fs/promises';

/** An open file, as far as code that must not lose bytes needs one; a FileHandle of Node is one. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  /** Writes one after the other; fewer bytes than given may be taken. */
  writev(parts: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  stat(): Promise<Stats>;
  utimes(accessed: Date, modified: Date): Promise<void>;
  close(): Promise<void>;
}

/** The calls to a file system that durability rests on: specs record them, or make one fail. */
export interface Files {
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  mkdir(path: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  lstat(path: string): Promise<Stats>;
  realpath(path: string): Promise<string>;
  readdir(path: string): Promise<string[]>;
  /** Bytes that this user may still write on the disk of `path`. */
  freeBytes(path: string): Promise<number>;
}

export const nodeFiles: Files = {
  open,
  mkdir: async (path, mode) => void (await mkdir(path, { mode })),
  rename,
  unlink,
  lstat,
  realpath: (path) => realpath(path),
  readdir: (path) => readdir(path),
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

/** The errno name of a failed call; undefined for anything else. */
export const errnoOf = (error: unknown): string | undefined => {
  // By form, not by class: a spec's realm has an Error of its own, and file errors are not of it.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** What `call` gives, or null where the file is not there. */
export const orAbsent = async <T>(call: Promise<T>): Promise<T | null> => {
  try {
    return await call;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
};
