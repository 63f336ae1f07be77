import { ApiError } from '../api-error.js';
import { textOf, type Call, type Routes } from '../routes.js';
import type { Session } from '../session.js';
import type { World } from '../world.js';
import { SCOPES } from './scopes.js';
import { tokensOf } from './tokens-of.js';

const ANY_SESSION = { scope: null };

/** Sessions themselves: renewed, listed, ended. */
export const addSessionRoutes = (world: World, routes: Routes): void => {
  const { sessions } = world;
  routes.api(
    'POST',
    '/auth/v4/refresh',
    { auth: 'none', aliases: ['/core/v4/auth/refresh', '/auth/refresh'] },
    (call) => refresh(world, call),
  );
  routes.api('DELETE', '/core/v4/auth', { ...ANY_SESSION, aliases: ['/auth/v4', '/auth'] }, ({ session }) => {
    if (session) sessions.revoke(session);
    return {};
  });
  routes.api('POST', '/auth/v4/sessions', { auth: 'none' }, () =>
    tokensOf(sessions.open({ kind: 'anonymous', clientId: 'anonymous', scopes: SCOPES.anonymous })),
  );
  routes.api('GET', '/auth/v4/sessions', { scope: 'self', aliases: ['/core/v4/auth/sessions'] }, () => ({
    Sessions: live(world).map(listed),
  }));
  routes.api('DELETE', '/auth/v4/sessions', { scope: 'self', aliases: ['/core/v4/auth/sessions'] }, ({ session }) => {
    for (const other of live(world)) if (other.uid !== session?.uid) sessions.revoke(other);
    return {};
  });
  routes.api(
    'DELETE',
    '/auth/v4/sessions/:uid',
    { scope: 'self', aliases: ['/core/v4/auth/sessions/:uid'] },
    ({ params }) => {
      const ended = live(world).find(({ uid }) => uid === params.uid);
      if (!ended) throw new ApiError(422, 2001, 'Invalid session');
      sessions.revoke(ended);
      return {};
    },
  );
};

/** A refresh token is good for once: whoever comes second with it is told that it is dead, though the session lives on. */
const refresh = ({ sessions }: World, { headers, body }: Call): object => {
  const uid = headers['x-pm-uid'];
  const renewed = sessions.refresh(typeof uid === 'string' ? uid : textOf(body, 'UID'), textOf(body, 'RefreshToken'));
  if (!renewed) throw new ApiError(422, 10_013, 'Invalid refresh token');
  return tokensOf(renewed);
};

const live = ({ sessions }: World): readonly Session[] =>
  sessions.all().filter(({ revoked, kind }) => !revoked && kind !== 'anonymous');

const listed = ({ uid, clientId, createdAt }: Session): object => ({
  UID: uid,
  ClientID: clientId,
  CreateTime: Math.floor(createdAt / 1000),
  Flags: 0,
  LocalizedClientName: clientId,
});
