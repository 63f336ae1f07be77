import { createDecipheriv, randomBytes } from 'node:crypto';
import { DriveHost, type Observation, type SessionTokens } from '#adapters/proton-drive/drive-host.js';
import type { ProtonEmulator } from '../emulator.js';

interface Login {
  readonly tokens: SessionTokens;
  readonly refreshToken: string;
  readonly keyPassword: string;
}

/** Host of one SDK in the process of a spec: a session of the emulator, no limits, and a record of what was observed. */
export class ForkedHost extends DriveHost {
  readonly observations: Observation[] = [];
  permits = 0;
  refreshes = 0;
  /** Awaited before each request. */
  gate: (signal: AbortSignal) => Promise<void> = async () => undefined;

  private constructor(
    private readonly url: string,
    private login: Login,
  ) {
    super();
  }

  static async of(emulator: ProtonEmulator): Promise<ForkedHost> {
    return new ForkedHost(emulator.url, await forked(emulator));
  }

  override async permit(signal: AbortSignal): Promise<void> {
    this.permits++;
    await this.gate(signal);
  }

  override async observed(observation: Observation): Promise<void> {
    this.observations.push(observation);
  }

  override async tokens(refused: string | null): Promise<SessionTokens> {
    if (refused !== null && refused === this.login.tokens.accessToken) await this.refresh();
    return this.login.tokens;
  }

  override async keyPassword(): Promise<string> {
    return this.login.keyPassword;
  }

  private async refresh(): Promise<void> {
    this.refreshes++;
    const { tokens, refreshToken } = this.login;
    const answer = await call(`${this.url}/auth/v4/refresh`, 'POST', {
      json: {
        ResponseType: 'token',
        GrantType: 'refresh_token',
        RefreshToken: refreshToken,
        RedirectURI: 'https://protonmail.ch',
      },
      uid: tokens.uid,
    });
    const { AccessToken: accessToken, RefreshToken: next } = answer as { AccessToken: string; RefreshToken: string };
    this.login = { ...this.login, tokens: { uid: tokens.uid, accessToken }, refreshToken: next };
  }
}

const APP_VERSION = 'external-drive-ballast@0.1.0-beta';

const call = async (
  url: string,
  method: string,
  { json, uid }: { readonly json?: object; readonly uid?: string } = {},
): Promise<unknown> => {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-pm-appversion': APP_VERSION,
      ...(uid !== undefined && { 'x-pm-uid': uid }),
    },
    body: json === undefined ? null : JSON.stringify(json),
  });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${response.status} ${await response.text()}`);
  return response.json();
};

/** The way that needs no password: a fork which the owner of the account agrees to. */
const forked = async (emulator: ProtonEmulator): Promise<Login> => {
  const key = randomBytes(32);
  const forks = `${emulator.url}/auth/v4/sessions/forks`;
  const { Selector, UserCode } = (await call(forks, 'GET')) as { Selector: string; UserCode: string };
  const payload = encodeURIComponent(`0:${UserCode}:${key.toString('base64')}:external-drive`);
  await call(`${emulator.url}/_emulator/forks/approve`, 'POST', {
    json: { url: `https://account.proton.me/desktop/login?app=drive&pv=3#payload=${payload}` },
  });
  const fork = (await call(`${forks}/${Selector}`, 'GET')) as {
    readonly UID: string;
    readonly AccessToken: string;
    readonly RefreshToken: string;
    readonly Payload: string;
  };
  const sealed = Buffer.from(fork.Payload, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    .setAAD(Buffer.from('fork'))
    .setAuthTag(sealed.subarray(-16));
  const opened = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString();
  const { keyPassword } = JSON.parse(opened) as { keyPassword: string };
  return {
    tokens: { uid: fork.UID, accessToken: fork.AccessToken },
    refreshToken: fork.RefreshToken,
    keyPassword,
  };
};
