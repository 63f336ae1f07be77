import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AnswerSheet, parseAnswers, providerFailed, type Answers } from './answer-sheet.js';

const SOURCE = 'file';
const BYTES_MOST = 65_536;
const OTHERS = 0o077;

/**
 * A file of `key=value` lines that is its owner's alone: mode 0600 or less, owned by who runs this, and no symbolic link.
 * What is checked is the file that is read, not its name. It is read once, when the first answer is asked for.
 */
export const fileAnswers = (path: string): AnswerSheet => {
  let read: Promise<Answers> | null = null;
  return new AnswerSheet(SOURCE, async (key) => (await (read ??= readPrivately(path)))[key]);
};

const readPrivately = async (path: string): Promise<Answers> => {
  const file = await openFile(path);
  try {
    await refuseShared(file);
    return parseAnswers(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
};

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw providerFailed(SOURCE, `it cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
};

const refuseShared = async (file: FileHandle): Promise<void> => {
  const { mode, uid, size } = await file.stat();
  if ((mode & OTHERS) !== 0) throw providerFailed(SOURCE, 'others may read it: `chmod 600` it');
  if (process.getuid !== undefined && uid !== process.getuid())
    throw providerFailed(SOURCE, 'it belongs to another user');
  if (size > BYTES_MOST) throw providerFailed(SOURCE, 'it is too large');
};
