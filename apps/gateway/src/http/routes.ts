/** Everything that the gateway answers, by the labels under which it is measured: a closed set. */
export type RouteLabel = 'batch' | 'object' | 'verify' | 'locks' | 'documentation' | 'other';

/** Every route of the LFS API of one repository, whose name may end in `.git`. */
export const LFS = '/:organization/:repository/info/lfs';

export const DOCUMENTATION_PATH = '/documentation/faults';

interface Route {
  readonly label: RouteLabel;
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

const lfs = (rest: string): RegExp => new RegExp(`^/[^/]+/[^/]+/info/lfs/${rest}$`);

const ROUTES: readonly Route[] = [
  { label: 'batch', pattern: lfs('objects/batch'), methods: ['POST'] },
  { label: 'verify', pattern: lfs('objects/[^/]+/verify'), methods: ['POST'] },
  { label: 'object', pattern: lfs('objects/[^/]+'), methods: ['GET', 'HEAD', 'PUT'] },
  { label: 'locks', pattern: lfs('locks/verify'), methods: ['POST'] },
  { label: 'locks', pattern: lfs('locks/[^/]+/unlock'), methods: ['POST'] },
  { label: 'locks', pattern: lfs('locks'), methods: ['GET', 'POST'] },
  { label: 'documentation', pattern: new RegExp(`^${DOCUMENTATION_PATH}$`), methods: ['GET'] },
];

const OTHER: Route = { label: 'other', pattern: /^/, methods: [] };

/** The route of a URL, whatever the method; `other`, with no methods, for a URL that nothing answers. */
export const routeOf = (url: string): Pick<Route, 'label' | 'methods'> => {
  const path = url.split('?', 1)[0] ?? '';
  return ROUTES.find(({ pattern }) => pattern.test(path)) ?? OTHER;
};
