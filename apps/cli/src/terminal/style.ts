const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

export type Tint = keyof typeof CODES;
export type Paint = (tint: Tint, text: string) => string;

const ESCAPE = '\u001b';

export const paint =
  (colour: boolean): Paint =>
  (tint, text) =>
    colour ? `${ESCAPE}[${CODES[tint]}m${text}${ESCAPE}[0m` : text;

/** Characters that a terminal would obey become visible: what is shown may have come from a client. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are the point
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });

// eslint-disable-next-line no-control-regex -- what paint() wrote
const PAINTED = /\u001b\[\d+m/g;

export const visibleLength = (text: string): number => text.replace(PAINTED, '').length;
