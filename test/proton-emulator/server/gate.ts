import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, Reply } from '../api-error.js';
import type { Route } from '../routes.js';
import type { Session } from '../session.js';
import type { World } from '../world.js';
import type { HumanVerification } from './human-verification.js';
import type { RateLimiter } from './rate-limiter.js';

/** What stands before every route of the API, in the order in which Proton seems to ask. */
export class Gate {
  constructor(
    private readonly world: World,
    private readonly limiter: RateLimiter,
    private readonly humanVerification: HumanVerification,
  ) {}

  /** The session of the call, if its route asks for one. ApiError, or a Reply of 429, when it may not pass. */
  pass({ options }: Route, headers: IncomingHttpHeaders): Session | null {
    if (options.on === 'storage') return null;
    this.requireAppVersion(one(headers['x-pm-appversion']));
    const session = options.auth === 'none' ? null : this.requireSession(headers);
    this.requirePace(session);
    if (this.asksForHuman(options.login === true, session)) {
      this.humanVerification.demand(one(headers['x-pm-human-verification-token']));
    }
    if (session) requireScope(session, options.scope === undefined ? 'drive' : options.scope);
    return session;
  }

  private requireAppVersion(version: string | undefined): void {
    if (version === undefined || version === '') throw new ApiError(400, 5001, 'Missing x-pm-appversion header');
    const { appVersionPrefixes } = this.world.knobs;
    if (appVersionPrefixes.some((prefix) => version.startsWith(prefix)) && /@\d/.test(version)) return;
    throw new ApiError(400, 5003, 'This version of the app is no longer supported, please update it');
  }

  private requireSession(headers: IncomingHttpHeaders): Session {
    const { sessions, clock } = this.world;
    const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const session = sessions.find(one(headers['x-pm-uid']) ?? '');
    if (!session || session.revoked || session.accessToken !== token || session.accessExpiresAt <= clock.now()) {
      throw new ApiError(401, 401, 'Invalid access token');
    }
    return session;
  }

  private requirePace(session: Session | null): void {
    const { rateLimit } = this.world.knobs;
    if (rateLimit === null || this.limiter.take(session?.uid ?? '', rateLimit)) return;
    throw new Refused(
      new Reply(
        429,
        { Code: 85_131, Error: 'Too many recent API requests' },
        { 'retry-after': String(rateLimit.retryAfterSeconds) },
      ),
    );
  }

  private asksForHuman(login: boolean, session: Session | null): boolean {
    const { humanVerification } = this.world.knobs;
    if (humanVerification === 'off') return false;
    return login || (humanVerification === 'everything' && session !== null);
  }
}

/** A refusal that needs headers. */
export class Refused extends Error {
  constructor(readonly reply: Reply) {
    super('refused');
  }
}

const requireScope = (session: Session, scope: string | null): void => {
  if (scope === null || session.scopes.includes(scope)) return;
  throw new ApiError(403, 9101, 'Access token does not have sufficient scope', { MissingScopes: [scope] });
};

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);
