import { readFileSync } from 'node:fs';
import { VERSION } from './version.js';

describe('the version', () => {
  it('is that of package.json', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });
});
