import { bytes, count, duration, secretSetting, setting } from '#platform/settings.js';
import { z } from 'zod';
import { describeSettings, settingsMarkdown, settingsText } from './settings-reference.js';

const gateway = {
  size: setting('B_SIZE', 'How large.', bytes.prefault('50GiB')),
  wait: setting('C_WAIT', 'How | long.', duration.pipe(z.number().max(9_999_999)).default(90_000)),
  url: secretSetting('A_URL', 'Where.', z.url()),
  few: setting('D_FEW', 'How few.', count(1, 9).default(3)),
  maybe: setting('E_MAYBE', 'Perhaps.', z.string().optional()),
};

describe('the reference of settings', () => {
  const entries = describeSettings({ gateway, worker: { url: gateway.url } });

  it('has each setting once, in order, with who uses it', () => {
    expect(entries.map(({ name, usedBy }) => [name, usedBy.join(' ')])).toEqual([
      ['A_URL', 'gateway worker'],
      ['B_SIZE', 'gateway'],
      ['C_WAIT', 'gateway'],
      ['D_FEW', 'gateway'],
      ['E_MAYBE', 'gateway'],
    ]);
  });

  it('shows defaults as a person would type them', () => {
    expect(entries.map(({ default: value, required }) => (required ? 'required' : value))).toEqual([
      'required',
      '50GiB',
      '90s',
      '3',
      null,
    ]);
  });

  it('is a table in Markdown, with secrets marked and bars escaped', () => {
    const table = settingsMarkdown(entries);
    expect(table.split('\n')).toHaveLength(2 + entries.length);
    expect(table).toContain(
      '| `A_URL` | *required* | gateway, worker | Where. Secret: may be given as `A_URL_FILE`. |',
    );
    expect(table).toContain('How \\| long.');
  });

  it('is text for people', () => {
    expect(settingsText(entries)).toContain('B_SIZE  50GiB\n  How large.\n  used by gateway');
  });
});
