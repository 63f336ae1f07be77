import { LogRenderer } from './log-line.js';

const line = (facts: object) =>
  JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', service: 'gateway', pid: 1, ...facts });

describe('a log line', () => {
  const renderer = new LogRenderer(['gateway', 'reconciler'], false);

  it('has its service, time, level, message and facts on one line', () => {
    const shown = renderer.render('gateway', line({ msg: 'ready', ports: { http: 8417 }, note: 'two words' }));
    expect(shown).toBe('gateway    | 03:04:05.678 INFO  ready ports.http=8417 note="two words"');
  });

  it('shows the beginning of an oid', () => {
    const shown = renderer.render('gateway', line({ msg: 'request', path: `/objects/${'ab'.repeat(32)}/verify` }));
    expect(shown).toContain('path=/objects/abababababab…/verify');
  });

  it('shows an error with its stack when it is a defect, without when it is a Fault', () => {
    const err = { type: 'TypeError', message: 'x is not a function', stack: 'TypeError: x\n    at one\n    at two' };
    expect(renderer.render('gateway', line({ level: 'error', msg: 'failed', err })).split('\n')).toHaveLength(3);
    const fault = { ...err, type: 'Fault', message: 'vault.full', code: 'vault.full' };
    const shown = renderer.render('gateway', line({ level: 'error', msg: 'failed', err: fault }));
    expect(shown).toBe('gateway    | 03:04:05.678 ERROR failed error=vault.full');
  });

  it('passes what is no JSON on, with control characters made visible', () => {
    expect(renderer.render('reconciler', 'plain \u001b[31mred\u0007')).toBe('reconciler | plain \\x1b[31mred\\x07');
    expect(renderer.render('gateway', line({ msg: 'a\u001b]0;title\u0007' }))).not.toContain('\u001b');
  });

  it('is coloured when asked to', () => {
    expect(new LogRenderer(['gateway'], true).render('gateway', line({ msg: 'ready' }))).toContain('\u001b[32mINFO');
  });
});
