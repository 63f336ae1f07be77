export interface Secret {
  readonly what: string;
  readonly value: string | Uint8Array;
}

/** Something that was written, said or kept, and where. */
export interface Evidence {
  readonly where: string;
  readonly text: string | Uint8Array;
}

/** Shorter ones would be found by chance. */
const BYTES_LEAST = 12;
const SHORTEST_FORM = 10;

/**
 * Where secrets turn up: `<secret> as <form> in <place>`, as they are, in Base64 and in hexadecimal; Base64 also of a longer
 * text that holds them, in which they begin at any of three positions.
 */
export const findSecrets = (secrets: readonly Secret[], evidence: readonly Evidence[]): readonly string[] => {
  const forms = secrets.flatMap(formsOf);
  return evidence.flatMap(({ where, text }) => {
    const bytes = Buffer.from(text);
    return forms.filter(({ needle }) => bytes.includes(needle)).map(({ name }) => `${name} in ${where}`);
  });
};

const formsOf = ({ what, value }: Secret): readonly { readonly name: string; readonly needle: Buffer }[] => {
  const bytes = Buffer.from(value);
  if (bytes.length < BYTES_LEAST) throw new Error(`${what} is too short to be searched for`);
  const shifted = [0, 1, 2].flatMap((before) => {
    const text = inBase64(bytes, before);
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')].map((form) => ['Base64', form] as const);
  });
  const hex = bytes.toString('hex');
  const written =
    typeof value === 'string' ? [['is', value] as const, ['a URL', encodeURIComponent(value)] as const] : [];
  const all = new Map([...written, ...shifted, ['hex', hex] as const, ['HEX', hex.toUpperCase()] as const].map(swap));
  return [...all].map(([form, name]) => {
    if (form.length < SHORTEST_FORM) throw new Error(`${what} is too short to be searched for`);
    return { name: `${what} as ${name}`, needle: Buffer.from(form) };
  });
};

const swap = ([name, form]: readonly [string, string]): [string, string] => [form, name];

/** The characters that only these bytes decide, when `before` others come first. */
const inBase64 = (bytes: Buffer, before: number): string => {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const end = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1;
  return text.slice(Math.ceil((before * 8) / 6), end);
};
