import { textOf, type Call, type Routes } from '../routes.js';
import type { World } from '../world.js';
import type { Forks } from './forks.js';
import { tokensOf } from './tokens-of.js';

const NOBODY = { auth: 'none' } as const;

/** Login without a password: one that is logged in hands a session on. */
export const addForkRoutes = (forks: Forks, world: World, routes: Routes): void => {
  routes.api('GET', '/auth/v4/sessions/forks', NOBODY, () => forks.ask());
  routes.api('POST', '/auth/v4/sessions/forks', { scope: 'full' }, (call) => push(forks, call));
  routes.api('GET', '/auth/v4/sessions/forks/:selector', NOBODY, ({ params }) => {
    const { session, payload } = forks.fetch(params.selector ?? '');
    return { ...tokensOf(session), Payload: payload, UserID: world.account.userId };
  });
  routes.api('DELETE', '/auth/v4/sessions/forks/:selector', { scope: 'full' }, ({ params }) => {
    forks.cancel(params.selector ?? '');
    return {};
  });
};

const push = (forks: Forks, { session, body }: Call): object => {
  if (!session) return {};
  const approval = {
    childClientId: textOf(body, 'ChildClientID'),
    payload: textOf(body, 'Payload'),
    independent: Number((body as { Independent?: unknown }).Independent ?? 0) === 1,
  };
  const { UserCode } = body as { UserCode?: unknown };
  return forks.push(session, approval, typeof UserCode === 'string' ? UserCode : null);
};
