import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import { ApiError } from '../api-error.js';
import { newToken } from '../ids.js';
import type { Session } from '../session.js';
import type { Chapter } from '../store.js';
import type { World } from '../world.js';
import { SCOPES } from './scopes.js';

const WAITS_MS = 10 * 60_000;
const NONCE_BYTES = 12;
/** Without those that look alike. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const BROWSER = 'web-account';

export interface Approval {
  readonly childClientId: string;
  readonly payload: string;
  readonly independent: boolean;
}

interface Fork {
  readonly selector: string;
  /** Null: a session made the fork of itself, nobody asked for it. */
  readonly userCode: string | null;
  readonly expiresAt: number;
  childUid: string | null;
  payload: string | null;
}

/** Sessions handed on: asked for by a device with a code, agreed to by a session that is logged in, fetched once. */
export class Forks {
  private forks: Fork[];
  private readonly chapter: Chapter<Fork[]>;

  constructor(private readonly world: World) {
    this.chapter = world.store.chapter('forks', () => this.forks);
    this.forks = this.chapter.kept ?? [];
  }

  ask(): { readonly Selector: string; readonly UserCode: string } {
    const userCode = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    const { selector } = this.add(userCode);
    return { Selector: selector, UserCode: userCode };
  }

  /** By a session: for the device that shows `userCode`, or for whoever is told the selector. */
  push(parent: Session, approval: Approval, userCode: string | null): { readonly Selector: string } {
    const fork = userCode === null ? this.add(null) : this.asked(userCode);
    this.agree(fork, parent, approval);
    return { Selector: fork.selector };
  }

  /** As the browser of the account's owner who opens `https://account…#payload=0:<user code>:<key>:<client>`. */
  approveUrl(url: string): Session {
    const { userCode, key, clientId } = readUrl(url);
    const fork = this.asked(userCode);
    const payload = seal(JSON.stringify({ keyPassword: this.world.account.keyPassword }), key);
    return this.agree(fork, this.browser(), { childClientId: clientId, payload, independent: true });
  }

  /** Gives the child away, once. ApiError 422/2001 as long as nobody has agreed, and for a selector that is unknown. */
  fetch(selector: string): { readonly session: Session; readonly payload: string } {
    const fork = this.live().find((one) => one.selector === selector);
    const session = this.world.sessions.find(fork?.childUid ?? '');
    if (!fork || !session || fork.payload === null) throw new ApiError(422, 2001, 'Invalid selector');
    this.replace(this.forks.filter((one) => one !== fork));
    return { session, payload: fork.payload };
  }

  cancel(selector: string): void {
    this.replace(this.forks.filter((one) => one.selector !== selector));
  }

  reset(): void {
    this.replace([]);
  }

  private agree(fork: Fork, parent: Session, { childClientId, payload, independent }: Approval): Session {
    const child = this.world.sessions.open({
      kind: 'fork',
      clientId: childClientId,
      scopes: SCOPES.forked,
      parentUid: parent.uid,
      independent,
    });
    fork.childUid = child.uid;
    fork.payload = payload;
    this.chapter.changed();
    return child;
  }

  private browser(): Session {
    const { sessions } = this.world;
    const open = sessions.all().find(({ clientId, revoked }) => clientId === BROWSER && !revoked);
    return open ?? sessions.open({ kind: 'login', clientId: BROWSER, scopes: SCOPES.full });
  }

  private add(userCode: string | null): Fork {
    const expiresAt = this.world.clock.now() + WAITS_MS;
    const fork: Fork = { selector: newToken(), userCode, expiresAt, childUid: null, payload: null };
    this.replace([...this.live(), fork]);
    return fork;
  }

  private asked(userCode: string): Fork {
    const fork = this.live().find((one) => one.userCode === userCode && one.childUid === null);
    if (!fork) throw new ApiError(422, 2001, 'Invalid user code');
    return fork;
  }

  private live(): Fork[] {
    return this.forks.filter(({ expiresAt }) => expiresAt > this.world.clock.now());
  }

  private replace(forks: Fork[]): void {
    this.forks = forks;
    this.chapter.changed();
  }
}

const readUrl = (url: string): { readonly userCode: string; readonly key: Buffer; readonly clientId: string } => {
  const payload = new URLSearchParams(hashOf(url).slice(1).replaceAll('+', '%2B')).get('payload') ?? '';
  const [version, userCode = '', key = '', clientId = ''] = payload.split(':');
  const bytes = Buffer.from(key, 'base64');
  if (version !== '0' || userCode === '' || clientId === '' || bytes.length !== 32) {
    throw new ApiError(422, 2001, 'Invalid sign-in URL');
  }
  return { userCode, key: bytes, clientId };
};

const hashOf = (url: string): string => {
  if (!URL.canParse(url)) throw new ApiError(422, 2001, 'Invalid sign-in URL');
  return new URL(url).hash;
};

/** Base64 of nonce, ciphertext and tag. */
const seal = (text: string, key: Buffer): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from('fork'));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
};
