import { createHmac, randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.js';
import { newToken } from '../ids.js';
import { textOf, type Call, type Routes } from '../routes.js';
import type { Session } from '../session.js';
import type { World } from '../world.js';
import { LoginAttempts } from './login-attempts.js';
import { MODULUS, SIGNED_MODULUS } from './modulus.js';
import { SCOPES } from './scopes.js';
import { SRP_VERSION, beginExchange, finishExchange, type SrpExchange } from './srp-server.js';
import { tokensOf } from './tokens-of.js';
import { isTotp } from './totp.js';

const EXCHANGES_MAX = 1000;
const TOTP_ENABLED = 1;

/** Login by password: SRP, and a second factor where the account has one. */
export const addLoginRoutes = (world: World, routes: Routes): void => {
  const login = new Login(world, new LoginAttempts(world));
  routes.api('POST', '/core/v4/auth/info', { auth: 'none', aliases: ['/auth/v4/info', '/auth/info'] }, ({ body }) =>
    login.challenge(textOf(body, 'Username')),
  );
  routes.api('POST', '/core/v4/auth', { auth: 'none', login: true, aliases: ['/auth/v4', '/auth'] }, (call) =>
    login.prove(call),
  );
  routes.api(
    'POST',
    '/core/v4/auth/2fa',
    { scope: null, aliases: ['/auth/v4/2fa', '/auth/2fa'] },
    ({ session, body }) => login.secondFactor(session, textOf(body, 'TwoFactorCode')),
  );
  routes.api('GET', '/core/v4/auth/modulus', { auth: 'none', aliases: ['/auth/v4/modulus'] }, () => ({
    Modulus: SIGNED_MODULUS,
    ModulusID: 'emulator',
  }));
};

class Login {
  private readonly exchanges = new Map<string, { readonly username: string; readonly exchange: SrpExchange }>();
  private readonly pepper = randomBytes(32);

  constructor(
    private readonly world: World,
    private readonly attempts: LoginAttempts,
  ) {}

  /** For a name that nobody has as well: who guesses must not learn which names exist. */
  challenge(username: string): object {
    const { account } = this.world;
    const known = this.isOwner(username);
    const invented = createHmac('sha256', this.pepper).update(username).digest();
    const verifier = known ? Buffer.from(account.verifier, 'base64') : Buffer.concat([invented, MODULUS.subarray(32)]);
    const exchange = beginExchange(verifier);
    const id = newToken();
    if (this.exchanges.size >= EXCHANGES_MAX) this.exchanges.clear();
    this.exchanges.set(id, { username, exchange });
    return {
      Version: SRP_VERSION,
      Modulus: SIGNED_MODULUS,
      ServerEphemeral: exchange.ephemeral.toString('base64'),
      Salt: known ? account.loginSalt : invented.subarray(0, 10).toString('base64'),
      SRPSession: id,
      Username: username,
      '2FA': this.factors(),
    };
  }

  prove({ body, headers }: Call): object {
    this.attempts.requireFree();
    const id = textOf(body, 'SRPSession');
    const begun = this.exchanges.get(id);
    this.exchanges.delete(id);
    const proof =
      begun &&
      this.isOwner(begun.username) &&
      finishExchange(
        begun.exchange,
        Buffer.from(textOf(body, 'ClientEphemeral'), 'base64'),
        Buffer.from(textOf(body, 'ClientProof'), 'base64'),
      );
    if (!proof) {
      this.attempts.failed();
      throw new ApiError(422, 8002, 'Incorrect login credentials. Please try again');
    }
    this.attempts.succeeded();
    const { account, sessions } = this.world;
    const session = sessions.open({
      kind: 'login',
      clientId: String(headers['x-pm-appversion']).split('@')[0] ?? '',
      scopes: account.totpSecret === null ? SCOPES.full : SCOPES.awaitingSecondFactor,
    });
    return {
      ...tokensOf(session),
      UserID: account.userId,
      ServerProof: proof.toString('base64'),
      PasswordMode: account.mailboxPassword === null ? 1 : 2,
      TemporaryPassword: 0,
      '2FA': this.factors(),
    };
  }

  /** Authenticator apps go by real time, whatever the emulator's clock says. */
  secondFactor(session: Session | null, code: string): object {
    const { totpSecret } = this.world.account;
    if (!session || totpSecret === null || !session.scopes.includes('twofactor')) {
      throw new ApiError(422, 2001, 'No second factor is asked for');
    }
    if (!isTotp(code, totpSecret, Date.now()))
      throw new ApiError(422, 8002, 'Incorrect login credentials. Please try again');
    this.world.sessions.grant(session, SCOPES.full);
    return { Scope: SCOPES.full.join(' '), Scopes: SCOPES.full };
  }

  private isOwner(username: string): boolean {
    const { account } = this.world;
    const asked = username.toLowerCase();
    return [account.username, account.email, account.email.split('@')[0]].some((name) => name?.toLowerCase() === asked);
  }

  private factors(): object {
    const enabled = this.world.account.totpSecret === null ? 0 : TOTP_ENABLED;
    return { Enabled: enabled, TOTP: enabled, FIDO2: { AuthenticationOptions: null, RegisteredKeys: [] } };
  }
}
