import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks whoever sits at the terminal. */
export interface Prompter {
  ask(question: string): Promise<string>;
  /** What is typed is not shown. */
  askHidden(question: string): Promise<string>;
}

/** Null where nobody sits there: then nothing is asked and nothing hangs. */
export const systemPrompter = (): Prompter | null => {
  if (!process.stdin.isTTY) return null;
  return { ask: (question) => prompt(question, false), askHidden: (question) => prompt(question, true) };
};

/** Questions go to standard error, so that results can be piped. */
const prompt = async (question: string, hidden: boolean): Promise<string> => {
  const output = hidden ? silent() : process.stderr;
  if (hidden) process.stderr.write(`${question} `);
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  try {
    return await lines.question(hidden ? '' : `${question} `);
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
};

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
