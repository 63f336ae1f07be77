import { FAULTS, type FaultCode } from '#domain/fault/faults.js';
import { Fault } from '#domain/fault/fault.js';
import { ConfigurationError } from '#platform/settings.js';
import { describeFailure, renderFailure } from './failure.js';
import { formatBytes, formatDuration } from './format.js';
import { REMEDIES } from './remedies.js';
import { paint } from './style.js';
import { table } from './table.js';
import { wantsColour } from './terminal.js';

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [50 * 2 ** 30, '50 GiB'],
    [2 ** 53 - 1, '8.0 PiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [1_500, '1.5 s'],
    [60_000, '60 s'],
    [240_000, '4 min'],
    [12_600_000, '3.5 h'],
    [86_400_000 * 12, '12 d'],
  ])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('a table', () => {
  it('lines up columns by what is seen, not by colour codes', () => {
    const tint = paint(true);
    const rows = table(
      ['A', 'B'],
      [
        [tint('red', 'long'), '1'],
        ['x', '2'],
      ],
    ).split('\n');
    expect(rows[0]).toBe('A     B');
    expect(rows[2]).toBe('x     2');
  });
});

describe('colour', () => {
  it('is for terminals, and never against NO_COLOR', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
  });
});

describe('a fault on the command line', () => {
  it.each(Object.keys(FAULTS) as FaultCode[])('%s has something to do about it and a page', (code) => {
    const { todo, runbook, exitCode } = describeFailure(new Fault(code));
    expect(todo).not.toBe('');
    expect(runbook).toBe(`runbooks/faults.md#${code}`);
    expect(exitCode).toBe(code === 'configuration.invalid' ? 2 : 1);
  });

  it('fills in what it knows, and never leaves a brace', () => {
    expect(describeFailure(new Fault('repository.exists', { repository: 'acme/demo' })).what).toBe(
      'The repository acme/demo exists already.',
    );
    for (const code of Object.keys(REMEDIES) as FaultCode[]) {
      expect(describeFailure(new Fault(code)).what).not.toMatch(/[{}]/);
    }
  });

  it('lists every problem of a configuration', () => {
    const shown = renderFailure(describeFailure(new ConfigurationError(['A is wrong.', 'B is wrong.'])), false);
    expect(shown).toContain('  - A is wrong.\n  - B is wrong.');
  });

  it('shows no credentials of a URL in its facts', () => {
    const { what } = describeFailure(new Fault('vault.unavailable', { at: 'https://me:hunter2@vault' }));
    expect(what).not.toContain('hunter2');
  });
});
