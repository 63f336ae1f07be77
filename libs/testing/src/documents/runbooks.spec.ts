import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '#platform/metrics.js';
import { documents, exists, headingsIn, ROOT } from './markdown.js';

const RULES = readFileSync(join(ROOT, 'deploy/prometheus/rules.yml'), 'utf8');
const TESTS = readFileSync(join(ROOT, 'deploy/prometheus/rules.test.yml'), 'utf8');

const SECTIONS = [
  'What it means',
  'Impact',
  'First five minutes',
  'Decide',
  'Mitigate',
  'Verify recovered',
  'Escalate',
  'Do NOT',
  'Data-loss check',
  'History',
];

const runbooks = documents().filter(({ path }) => path.startsWith('runbooks/') && !/README|faults/.test(path));

interface Alert {
  readonly name: string;
  readonly rule: string;
}

const alerts: readonly Alert[] = RULES.split(/^\s*- alert: /m)
  .slice(1)
  .map((rule) => ({ name: rule.split('\n', 1)[0] ?? '', rule }));

describe('the runbooks', () => {
  it.each(runbooks)('$path has its sections in order', (runbook) => {
    expect(headingsIn(runbook)).toEqual(SECTIONS);
  });

  it('are all in the index', () => {
    const index = readFileSync(join(ROOT, 'runbooks/README.md'), 'utf8');
    expect(runbooks.filter(({ path }) => !index.includes(`(${path.slice('runbooks/'.length)})`))).toEqual([]);
  });
});

describe('the alerts', () => {
  it('are found in the rules', () => {
    expect(alerts.length).toBeGreaterThan(5);
  });

  it.each(alerts)('$name says how bad it is, in words, and has a runbook', ({ rule }) => {
    expect(rule).toMatch(/severity: (page|ticket)/);
    expect(rule).toMatch(/summary: /);
    expect(exists(/runbook_url: (\S+)/.exec(rule)?.[1] ?? 'nowhere')).toBe(true);
  });

  it.each(alerts)('$name is told of in the runbook that it points to', ({ name, rule }) => {
    const page = readFileSync(join(ROOT, /runbook_url: (\S+)/.exec(rule)?.[1] ?? ''), 'utf8');
    expect(page).toContain(name);
  });

  it.each(alerts)('$name has a test of when it fires', ({ name }) => {
    expect(TESTS).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:`));
  });

  it('ask only for metrics that are declared', async () => {
    const declared = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    const asked = [RULES, TESTS].flatMap((text) => text.match(/\bballast_[a-z_]+[a-z]\b/g) ?? []);
    expect(asked.filter((name) => !declared.includes(name))).toEqual([]);
  });
});
