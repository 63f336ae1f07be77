import { createDecipheriv, randomBytes } from 'node:crypto';
import { CONTROL_PREFIX } from '../contract.js';

export interface PlainSession {
  /** Of the API, with its scheme. */
  readonly url: string;
  readonly uid: string;
  readonly accessToken: string;
  readonly keyPassword: string;
}

export const APP_VERSION = 'external-drive-ballast@0.1.0-beta';

/** A session of its own, the way a device gets one: it shows a URL, and the account's owner agrees. */
export async function forkLogin(url: string): Promise<PlainSession> {
  const headers = { 'x-pm-appversion': APP_VERSION };
  const asked = (await json(fetch(`${url}/auth/v4/sessions/forks`, { headers }))) as AskedFork;
  const key = randomBytes(32);
  const payload = `0:${asked.UserCode}:${key.toString('base64')}:external-drive`;
  await json(
    fetch(`${url}${CONTROL_PREFIX}/forks/approve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: `https://account.proton.test/desktop/login?app=drive&pv=3#payload=${payload}` }),
    }),
  );
  const fork = (await json(fetch(`${url}/auth/v4/sessions/forks/${asked.Selector}`, { headers }))) as GivenFork;
  const { keyPassword } = JSON.parse(opened(fork.Payload, key)) as { readonly keyPassword: string };
  return { url, uid: fork.UID, accessToken: fork.AccessToken, keyPassword };
}

interface AskedFork {
  readonly Selector: string;
  readonly UserCode: string;
}

interface GivenFork {
  readonly UID: string;
  readonly AccessToken: string;
  readonly Payload: string;
}

export async function json(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  const body = await response.text();
  if (!response.ok) throw new Error(`The emulator answered ${response.status}: ${body}`);
  return body === '' ? null : (JSON.parse(body) as unknown);
}

/** Nonce, ciphertext and tag. */
function opened(payload: string, key: Buffer): string {
  const bytes = Buffer.from(payload, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from('fork'));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
}
