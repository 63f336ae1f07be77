import type { VaultSession } from '#application/ports/vault-sessions.js';
import { z } from 'zod';
import type { ApiTransport } from './api-transport.js';
import { PROTON_CLIENT_ID } from './app-version.js';
import { emptyForkPayload } from './fork.js';
import type { KeySalt } from './key-password.js';

export type Tokens = Omit<VaultSession, 'keyPassword'>;

export interface LoginInfo {
  readonly version: number;
  /** PGP cleartext-signed. */
  readonly modulus: string;
  /** Base64, as are the others. */
  readonly serverEphemeral: string;
  readonly salt: string;
  readonly srpSession: string;
}

export interface LoginProof {
  readonly username: string;
  readonly srpSession: string;
  readonly clientEphemeral: string;
  readonly clientProof: string;
}

export interface LoggedIn {
  readonly tokens: Tokens;
  readonly serverProof: string;
  readonly secondFactor: 'none' | 'totp' | 'security-key';
  readonly separateMailboxPassword: boolean;
}

export interface AccountUser {
  readonly id: string;
  readonly primaryKey: { readonly id: string; readonly armored: string };
  readonly usedBytes: number;
  readonly maxBytes: number;
}

export interface RemoteSession {
  readonly uid: string;
  readonly clientId: string | null;
}

const TOTP_BIT = 1;
const Empty = z.object({});
const Issued = z.object({
  UID: z.string().min(1),
  AccessToken: z.string().min(1),
  RefreshToken: z.string().min(1),
  ExpiresIn: z.number().positive().optional(),
});
const Info = z.object({
  Version: z.int(),
  Modulus: z.string(),
  ServerEphemeral: z.string(),
  Salt: z.string(),
  SRPSession: z.string(),
});
const Auth = Issued.extend({
  ServerProof: z.string(),
  PasswordMode: z.int().default(1),
  '2FA': z.object({ Enabled: z.int().default(0) }).default({ Enabled: 0 }),
});
const ForkOffer = z.object({ Selector: z.string().min(1), UserCode: z.string().min(1) });
const ForkMade = z.object({ Selector: z.string().min(1) });
const ForkTaken = Issued.extend({ Payload: z.string().nullish() });
const Salts = z.object({ KeySalts: z.array(z.object({ ID: z.string(), KeySalt: z.string().nullable() })) });
const UserKey = z.object({ ID: z.string(), Primary: z.int(), PrivateKey: z.string() });
const Users = z.object({
  User: z.object({
    ID: z.string().min(1),
    MaxSpace: z.number(),
    UsedSpace: z.number(),
    Keys: z.tuple([UserKey], UserKey),
  }),
});
const MyFiles = z.object({ Volume: z.object({ VolumeID: z.string().min(1) }) });
const Sessions = z.object({
  Sessions: z.array(z.object({ UID: z.string(), ClientID: z.string().nullish() })),
});

/** The part of Proton's API that is about sessions, one method a route. Each call is one request; none is repeated here. */
export class AuthApi {
  constructor(
    private readonly transport: ApiTransport,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async loginInfo(username: string): Promise<LoginInfo> {
    const body = { Username: username, Intent: 'Proton' };
    const info = await this.transport.send({ method: 'POST', path: 'core/v4/auth/info', body, asking: 'login' }, Info);
    return {
      version: info.Version,
      modulus: info.Modulus,
      serverEphemeral: info.ServerEphemeral,
      salt: info.Salt,
      srpSession: info.SRPSession,
    };
  }

  async login({ username, srpSession, clientEphemeral, clientProof }: LoginProof): Promise<LoggedIn> {
    const body = {
      Username: username,
      SRPSession: srpSession,
      ClientEphemeral: clientEphemeral,
      ClientProof: clientProof,
      PersistentCookies: 0,
      Payload: {},
    };
    const auth = await this.transport.send({ method: 'POST', path: 'core/v4/auth', body, asking: 'login' }, Auth);
    const enabled = auth['2FA'].Enabled;
    return {
      tokens: this.issued(auth),
      serverProof: auth.ServerProof,
      secondFactor: enabled === 0 ? 'none' : enabled & TOTP_BIT ? 'totp' : 'security-key',
      separateMailboxPassword: auth.PasswordMode === 2,
    };
  }

  async secondFactor(session: Tokens, code: string): Promise<void> {
    const body = { TwoFactorCode: code };
    await this.transport.send({ method: 'POST', path: 'core/v4/auth/2fa', body, asking: 'login', session }, Empty);
  }

  /** The refresh token is spent by this, whether its answer arrives or not. */
  async refresh({ uid, refreshToken }: Tokens): Promise<Tokens> {
    const body = {
      ResponseType: 'token',
      GrantType: 'refresh_token',
      RefreshToken: refreshToken,
      RedirectURI: 'https://protonmail.ch',
    };
    const session = { uid, accessToken: null };
    const call = { method: 'POST', path: 'auth/v4/refresh', body, session, asking: 'renewal' } as const;
    return this.issued(await this.transport.send(call, Issued.extend({ UID: z.string().min(1).default(uid) })));
  }

  /** Begins a fork that the account's owner has to agree to. */
  async offerFork(): Promise<{ readonly selector: string; readonly userCode: string }> {
    const call = { method: 'GET', path: 'auth/v4/sessions/forks', asking: 'login' } as const;
    const { Selector, UserCode } = await this.transport.send(call, ForkOffer);
    return { selector: Selector, userCode: UserCode };
  }

  /** Takes a fork; one that the owner has yet to agree to is refused with status 422. Works once. */
  async takeFork(
    selector: string,
    asking: 'login' | 'session',
  ): Promise<{ readonly tokens: Tokens; readonly payload: string | null }> {
    const call = { method: 'GET', path: 'auth/v4/sessions/forks', id: selector, asking } as const;
    const taken = await this.transport.send(call, ForkTaken);
    return { tokens: this.issued(taken), payload: taken.Payload ?? null };
  }

  /** Lets a session have a child, which ends with it. What unlocks the keys is known here already, so none of it is sent. */
  async makeFork(session: Tokens): Promise<string> {
    const body = { Payload: emptyForkPayload(), ChildClientID: PROTON_CLIENT_ID, Independent: 0 };
    const call = { method: 'POST', path: 'auth/v4/sessions/forks', body, session, asking: 'session' } as const;
    return (await this.transport.send(call, ForkMade)).Selector;
  }

  async keySalts(session: Tokens): Promise<readonly KeySalt[]> {
    const call = { method: 'GET', path: 'core/v4/keys/salts', session, asking: 'session' } as const;
    const { KeySalts } = await this.transport.send(call, Salts);
    return KeySalts.map(({ ID, KeySalt }) => ({ keyId: ID, salt: KeySalt }));
  }

  async user(session: Tokens): Promise<AccountUser> {
    const call = { method: 'GET', path: 'core/v4/users', session, asking: 'session' } as const;
    const { User } = await this.transport.send(call, Users);
    const key = User.Keys.find(({ Primary }) => Primary === 1) ?? User.Keys[0];
    const primaryKey = { id: key.ID, armored: key.PrivateKey };
    return { id: User.ID, primaryKey, usedBytes: User.UsedSpace, maxBytes: User.MaxSpace };
  }

  /** Volume of "My files". */
  async volume(session: Tokens): Promise<string> {
    const call = { method: 'GET', path: 'drive/v2/shares/my-files', session, asking: 'session' } as const;
    return (await this.transport.send(call, MyFiles)).Volume.VolumeID;
  }

  async logout(session: Tokens): Promise<void> {
    await this.transport.send({ method: 'DELETE', path: 'core/v4/auth', session, asking: 'session' }, Empty);
  }

  async sessions(session: Tokens): Promise<readonly RemoteSession[]> {
    const call = { method: 'GET', path: 'auth/v4/sessions', session, asking: 'session' } as const;
    const { Sessions: all } = await this.transport.send(call, Sessions);
    return all.map(({ UID, ClientID }) => ({ uid: UID, clientId: ClientID ?? null }));
  }

  async revoke(session: Tokens, uid: string): Promise<void> {
    const call = { method: 'DELETE', path: 'auth/v4/sessions', id: uid, session, asking: 'session' } as const;
    await this.transport.send(call, Empty);
  }

  private issued({ UID, AccessToken, RefreshToken, ExpiresIn }: z.infer<typeof Issued>): Tokens {
    const expiresAt = ExpiresIn === undefined ? null : new Date(this.now().getTime() + ExpiresIn * 1_000);
    return {
      uid: UID,
      accessToken: AccessToken,
      refreshToken: RefreshToken,
      accessExpiresAt: expiresAt?.toISOString() ?? null,
    };
  }
}
