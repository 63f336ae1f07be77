import { openModulus } from '#adapters/proton-drive/session/modulus.js';
import { isServerProof, srpProofs } from '#adapters/proton-drive/session/srp.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Tokens {
  readonly uid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export const APP_VERSION = 'external-drive-ballast@0.1.0-beta';

/** A client that does nothing of its own accord: no retry, no refresh. It logs in with Ballast's own half of SRP. */
export class ProtonClient {
  tokens: Tokens | null = null;
  headers: Record<string, string> = { 'x-pm-appversion': APP_VERSION };

  constructor(readonly url: string) {}

  async call(method: string, path: string, body?: unknown, signal = AbortSignal.timeout(10_000)): Promise<Answer> {
    const answer = await fetch(this.url + path, {
      method,
      signal,
      headers: {
        ...this.headers,
        ...(this.tokens === null
          ? {}
          : { 'x-pm-uid': this.tokens.uid, authorization: `Bearer ${this.tokens.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
    };
  }

  get = (path: string): Promise<Answer> => this.call('GET', path);
  post = (path: string, body: unknown = {}): Promise<Answer> => this.call('POST', path, body);

  /** What the client sends to prove that it knows the password, and whether the server's proof is the expected one. */
  async proof(
    username: string,
    password: string,
  ): Promise<{ request: object; accepts(serverProof: unknown): boolean }> {
    const { body: info } = await this.post('/core/v4/auth/info', { Username: username, Intent: 'Proton' });
    const bytes = (name: string): Buffer => Buffer.from(String(info[name]), 'base64');
    const challenge = {
      version: Number(info['Version']),
      modulus: await openModulus(String(info['Modulus'])),
      serverEphemeral: bytes('ServerEphemeral'),
      salt: bytes('Salt'),
    };
    const proofs = await srpProofs(challenge, password);
    return {
      request: {
        Username: username,
        SRPSession: info['SRPSession'],
        ClientEphemeral: Buffer.from(proofs.clientEphemeral).toString('base64'),
        ClientProof: Buffer.from(proofs.clientProof).toString('base64'),
        PersistentCookies: 1,
        Payload: {},
      },
      accepts: (serverProof) => isServerProof(Buffer.from(String(serverProof), 'base64'), proofs),
    };
  }

  /** Keeps the tokens when it is let in. */
  async login(username: string, password: string): Promise<Answer> {
    const { request, accepts } = await this.proof(username, password);
    const answer = await this.post('/core/v4/auth', request);
    if (answer.status === 200) {
      if (!accepts(answer.body['ServerProof'])) throw new Error('the server does not know the password');
      this.take(answer);
    }
    return answer;
  }

  async refresh(refreshToken = this.tokens?.refreshToken): Promise<Answer> {
    const answer = await this.post('/auth/v4/refresh', {
      ResponseType: 'token',
      GrantType: 'refresh_token',
      RefreshToken: refreshToken,
      RedirectURI: 'https://protonmail.ch',
    });
    if (answer.status === 200) this.take(answer);
    return answer;
  }

  take({ body }: Answer): void {
    this.tokens = {
      uid: String(body['UID']),
      accessToken: String(body['AccessToken']),
      refreshToken: String(body['RefreshToken']),
    };
  }
}
