/** Where a command talks: results go out, everything else goes to err, so that output can be piped. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly colour: boolean;
}

/** What a command found: `data` for machines (`--json`), `text` for people. */
export interface Answer {
  readonly data: unknown;
  readonly text: string;
  /** 0 unless the answer itself is bad news. */
  readonly exitCode?: number;
}

/** Colours are used on a terminal only, and never against NO_COLOR (https://no-color.org). */
export const wantsColour = (isTTY: boolean, environment: Readonly<Record<string, string | undefined>>): boolean => {
  if (environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return isTTY && environment['TERM'] !== 'dumb';
};

export const systemTerminal = (environment: Readonly<Record<string, string | undefined>>): Terminal => ({
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  colour: wantsColour(process.stdout.isTTY, environment),
});
