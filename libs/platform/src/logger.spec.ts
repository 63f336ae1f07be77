import { Fault } from '#domain/fault/fault.js';
import { createLogger, describeError, withoutCredentials, type Logger } from './logger.js';

const CANARY = 'c4n4ry';
const TOKEN = `blst_${CANARY}AAAAAAAAAAAAAAAAAAAAAAAA_abcdef`;

/** What a logger wrote, as text and as parsed lines. */
const logged = (write: (logger: Logger) => void, logLevel: 'info' | 'warn' = 'info') => {
  const lines: string[] = [];
  write(createLogger('spec', { logLevel }, { write: (line) => void lines.push(line) }));
  return { text: lines.join(''), lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

describe('a log line', () => {
  it('says what, when, how bad, and which service and process', () => {
    const { lines } = logged((logger) => logger.child({ correlationId: 'c-1' }).warn({ jobs: 3 }, 'queue trouble'));
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'spec',
        pid: process.pid,
        correlationId: 'c-1',
        jobs: 3,
        msg: 'queue trouble',
      },
    ]);
  });

  it('is not written below the level that was asked for', () => {
    expect(logged((logger) => logger.info('hello'), 'warn').text).toBe('');
  });
});

describe('no secret', () => {
  const error = new Error(`connect postgresql://ballast:${CANARY}@db/ballast failed`, {
    cause: new Error(`Authorization: Bearer ${CANARY}.${CANARY}`, {
      cause: new Fault('vault.refused', { endpoint: `https://me:${CANARY}@vault/` }),
    }),
  });

  it.each<[string, (logger: Logger) => void]>([
    [
      'a header',
      (log) => log.info({ headers: { authorization: `Basic ${CANARY}`, 'x-lfs-action': CANARY, cookie: CANARY } }, 'x'),
    ],
    [
      'a header further down',
      (log) => log.info({ request: { headers: { Authorization: CANARY, 'X-LFS-Action': CANARY } } }, 'x'),
    ],
    [
      'a field of its own',
      (log) => log.info({ token: CANARY, password: CANARY, pepper: CANARY, signingKey: CANARY }, 'x'),
    ],
    [
      'settings',
      (log) => log.info({ settings: { databaseUrl: CANARY, redisUrl: CANARY, connectionString: CANARY } }, 'x'),
    ],
    ['an error', (log) => log.error({ err: error }, 'x')],
    ['an error as the only argument', (log) => log.error(error)],
    ['the URL in a message', (log) => log.info(`using redis://:${CANARY}@redis:6379/0`)],
    ['the URL in a field', (log) => log.info({ target: `https://me:p@ss${CANARY}@host/path` }, 'x')],
    ['a token in a message', (log) => log.info(`token ${TOKEN} used`)],
    ['a token in a field', (log) => log.info({ what: { ever: { deep: { down: TOKEN } } } }, 'x')],
    ['credentials in a child', (log) => log.child({ secret: CANARY }).info('x')],
    ['format arguments', (log) => log.info('connecting to %s', `postgres://u:${CANARY}@h/d`)],
  ])('gets out through %s', (_, write) => {
    const { text, lines } = logged(write);
    expect(lines).toHaveLength(1);
    expect(text).not.toContain(CANARY);
  });
});

describe('an error in the log', () => {
  it('shows code and facts of a fault, and the chain of causes', () => {
    const fault = new Fault(
      'staging.failed',
      { oid: 'a' },
      { cause: Object.assign(new Error('write'), { code: 'EIO' }) },
    );
    expect(describeError(fault)).toMatchObject({
      type: 'Fault',
      code: 'staging.failed',
      facts: { oid: 'a' },
      message: 'staging.failed (oid=a)',
      stack: expect.stringContaining('logger.spec'),
      cause: { type: 'Error', code: 'EIO', message: 'write' },
    });
  });

  it('tells of a thrown value no more than its type', () => {
    expect(describeError('password')).toEqual({ type: 'string' });
  });
});

describe('text without credentials', () => {
  it.each([
    ['postgresql://u:p@h:5432/d', 'postgresql://[redacted]@h:5432/d'],
    ['redis://:p@h', 'redis://[redacted]@h'],
    ['http://u:p@one and http://u:p@two', 'http://[redacted]@one and http://[redacted]@two'],
    ['http://u:p@ss@h/x', 'http://[redacted]@h/x'],
    ['{"url":"http://host","mail":"a@b"}', '{"url":"http://host","mail":"a@b"}'],
    ['http://host/a@b', 'http://host/a@b'],
    ['a@b.example', 'a@b.example'],
    [TOKEN, 'blst_[redacted]'],
    ['authorization: bearer abc.def', 'authorization: bearer [redacted]'],
    ['nothing to hide', 'nothing to hide'],
  ])('of %j is %j', (text, expected) => expect(withoutCredentials(text)).toBe(expected));

  it('takes no time over long text without any', () => {
    const began = performance.now();
    withoutCredentials('a'.repeat(200_000));
    withoutCredentials(`http://${'x'.repeat(200_000)}`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
