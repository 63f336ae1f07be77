import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { isFault } from '#domain/fault/fault.js';
import {
  bytes,
  ConfigurationError,
  count,
  duration,
  flag,
  port,
  readSettings,
  secretSetting,
  setting,
  unless,
} from './settings.js';

const CANARY = 'canary-8d1f';
const shape = {
  url: secretSetting('X_URL', 'Where it is.', z.url()),
  port: setting('X_PORT', 'Where it listens.', port.default(80)),
  mode: setting('X_MODE', 'How it works.', z.enum(['fast', 'slow'])),
};

const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('are read, and cannot be changed afterwards', () => {
    const settings = readSettings(shape, { X_URL: 'http://x', X_PORT: '8080', X_MODE: 'fast' });
    expect(settings).toEqual({ url: 'http://x', port: 8080, mode: 'fast' });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('tell every problem at once, by variable, with what it is for', () => {
    const problems = problemsOf(() => readSettings(shape, { X_PORT: '70000', X_MODE: 'quick' }));
    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe('X_URL is required and not set. Where it is.');
    expect(problems[1]).toMatch(/^X_PORT is not valid: .*65535.* \(value not shown\)\. Where it listens\.$/);
    expect(problems[2]).toMatch(/^X_MODE is not valid: .*"fast"\|"slow".*$/);
  });

  it('never show a value, secret or not', () => {
    const everywhere = { X_URL: CANARY, X_PORT: CANARY, X_MODE: CANARY };
    try {
      readSettings(shape, everywhere);
      throw new Error('not reached');
    } catch (error) {
      expect(isFault(error, 'configuration.invalid')).toBe(true);
      expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(CANARY);
    }
  });

  it('can be ruled out by other variables, once they are right by themselves', () => {
    const slowOnly = (source: Readonly<Record<string, string | undefined>>): string | null =>
      source['X_MODE'] === 'fast' ? 'X_PORT cannot be set with X_MODE=fast.' : null;
    const both = { ...shape, port: unless(shape.port, slowOnly) };
    const environment = { X_URL: 'http://x', X_PORT: '8080', X_MODE: 'fast' };
    expect(problemsOf(() => readSettings(both, environment))).toEqual(['X_PORT cannot be set with X_MODE=fast.']);
    expect(problemsOf(() => readSettings(both, { ...environment, X_PORT: CANARY }))).toHaveLength(1);
    expect(readSettings(both, { ...environment, X_MODE: 'slow' }).port).toBe(8080);
  });

  it('take an empty variable for an absent one', () => {
    expect(readSettings(shape, { X_URL: 'http://x', X_PORT: '', X_MODE: 'slow' }).port).toBe(80);
    expect(problemsOf(() => readSettings(shape, { X_URL: '', X_MODE: 'slow' }))).toHaveLength(1);
  });

  describe('that are secret', () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'ballast-settings-'))));
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    it('may lie in a file, whose last line feed does not count', () => {
      writeFileSync(join(directory, 'url'), 'http://secret\n');
      expect(readSettings(shape, { X_URL_FILE: join(directory, 'url'), X_MODE: 'slow' }).url).toBe('http://secret');
    });

    it('are taken from the variable when both are set', () => {
      writeFileSync(join(directory, 'url'), 'http://file');
      expect(readSettings(shape, { X_URL: 'http://x', X_URL_FILE: join(directory, 'url'), X_MODE: 'slow' }).url).toBe(
        'http://x',
      );
    });

    it('tell why their file cannot be read', () => {
      expect(problemsOf(() => readSettings(shape, { X_URL_FILE: join(directory, 'none'), X_MODE: 'slow' }))).toEqual([
        'X_URL_FILE cannot be read: ENOENT',
      ]);
    });

    it('are the only ones that a file can hold', () => {
      writeFileSync(join(directory, 'mode'), 'fast');
      expect(
        problemsOf(() => readSettings(shape, { X_URL: 'http://x', X_MODE_FILE: join(directory, 'mode') })),
      ).toHaveLength(1);
    });
  });
});

describe('a number of bytes', () => {
  it.each([
    ['0', 0],
    ['1048576', 1_048_576],
    ['512MiB', 512 * 2 ** 20],
    ['1.5GiB', 1.5 * 2 ** 30],
    [' 2 TiB ', 2 * 2 ** 40],
    ['7B', 7],
    ['3KiB', 3_072],
  ])('may be written %j', (text, value) => expect(bytes.parse(text)).toBe(value));

  it.each(['', '-1', '1 KB', '1GB', '1kib', 'many', '1e9', '0x10', '1,5GiB', 'Infinity', '5s'])(
    'may not be written %j',
    (text) => {
      expect(bytes.safeParse(text).success).toBe(false);
    },
  );

  it('is itself in any unit', () => {
    fc.assert(fc.property(fc.nat({ max: 4_000 }), (number) => bytes.parse(`${number}GiB`) === number * 2 ** 30));
  });
});

describe('a duration', () => {
  it.each([
    ['250', 250],
    ['250ms', 250],
    ['25s', 25_000],
    ['1.5m', 90_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
  ])('may be written %j', (text, value) => expect(duration.parse(text)).toBe(value));

  it.each(['', '-1s', '1 week', '5MiB', 'soon'])('may not be written %j', (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });
});

describe('small settings', () => {
  it('are flags that say true or false', () => {
    expect([flag.parse('true'), flag.parse('false')]).toEqual([true, false]);
    for (const wrong of ['1', 'yes', 'TRUE', '']) expect(flag.safeParse(wrong).success).toBe(false);
  });

  it('are counts within their limits', () => {
    expect(count(1, 5).parse('5')).toBe(5);
    for (const wrong of ['0', '6', '1.5', 'x']) expect(count(1, 5).safeParse(wrong).success).toBe(false);
  });

  it('are ports', () => {
    expect([port.parse('0'), port.parse('65535')]).toEqual([0, 65_535]);
    for (const wrong of ['-1', '65536', 'http', '80.5']) expect(port.safeParse(wrong).success).toBe(false);
  });
});
