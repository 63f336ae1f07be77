import { Tokens, TokenCodec, type IssuedToken } from '#application/ports/tokens.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { Authenticate, TOKEN_CACHE_MS } from './authenticate.js';

class OneToken extends Tokens {
  asked = 0;
  constructor(public token: IssuedToken | null) {
    super();
  }
  override async byDigest(): Promise<IssuedToken | null> {
    this.asked += 1;
    return this.token;
  }
  override byId(): Promise<IssuedToken | null> {
    return this.byDigest();
  }
  override async count(): Promise<number> {
    return 1;
  }
}

class PlainCodec extends TokenCodec {
  override mint(): never {
    throw new Error('not asked for here');
  }
  override digest(value: string): string | null {
    return value.startsWith('blst_') ? `digest of ${value}` : null;
  }
}

describe('authentication', () => {
  const clock = new TestClock();
  const issued: IssuedToken = {
    id: 't',
    name: 'spec',
    repositories: ['*'],
    access: 'write',
    expiresAt: null,
    revokedAt: null,
  };
  const over = (tokens: Tokens) => new Authenticate(tokens, new PlainCodec(), clock);

  it('takes the first value that has the form of a token', async () => {
    expect(await over(new OneToken(issued)).byValue(['password', 'blst_a'])).toBe(issued);
  });

  it('looks nothing up for values that are no tokens', async () => {
    const tokens = new OneToken(issued);
    await expect(over(tokens).byValue(['', 'x'])).rejects.toMatchObject({ code: 'credentials.rejected' });
    expect(tokens.asked).toBe(0);
  });

  it('sees a revocation after five seconds at the latest, and asks no more often than that', async () => {
    const tokens = new OneToken(issued);
    const authenticate = over(tokens);
    await authenticate.byId('t');
    tokens.token = { ...issued, revokedAt: clock.now() };
    clock.advance(TOKEN_CACHE_MS - 1);
    await authenticate.byId('t');
    expect(tokens.asked).toBe(1);
    clock.advance(1);
    await expect(authenticate.byId('t')).rejects.toMatchObject({ code: 'credentials.rejected' });
  });

  it('never remembers that there is no such token', async () => {
    const tokens = new OneToken(null);
    const authenticate = over(tokens);
    await expect(authenticate.byId('t')).rejects.toMatchObject({ code: 'credentials.rejected' });
    tokens.token = issued;
    expect(await authenticate.byId('t')).toBe(issued);
  });

  it('ends with the token, cached or not', async () => {
    const tokens = new OneToken({ ...issued, expiresAt: new Date(clock.now().getTime() + 1_000) });
    const authenticate = over(tokens);
    await authenticate.byId('t');
    clock.advance(1_000);
    await expect(authenticate.byId('t')).rejects.toMatchObject({ code: 'credentials.rejected' });
  });
});
