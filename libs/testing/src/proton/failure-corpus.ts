import type { FailureClass } from '#adapters/proton-drive/failure/classify.js';

/** An answer as Proton's API gives it, with texts and ids made up, and what it has to be taken for. */
export interface CorpusAnswer {
  readonly about: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it comes over the wire: a string is no JSON. */
  readonly body: unknown;
  readonly failure: FailureClass | null;
}

const challenge = {
  HumanVerificationToken: 'made-up',
  HumanVerificationMethods: ['captcha', 'email'],
  WebUrl: 'https://verify.example.test/',
  Title: 'Human Verification',
};
const wrong = (Code: number, Error: string, more: object = {}) => ({ Code, Error, Details: {}, ...more });
const PROXY_PAGE = '<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>';

type Row = readonly [about: string, status: number, body: unknown, headers?: CorpusAnswer['headers']];

const taken = (failure: FailureClass | null, ...rows: readonly Row[]): readonly CorpusAnswer[] =>
  rows.map(([about, status, body, headers]) => ({ about, status, body, failure, ...(headers && { headers }) }));

/** Statuses vary on purpose: what stops the fleet is told by the body at whatever status it comes. */
export const CORPUS: readonly CorpusAnswer[] = [
  ...taken(
    null,
    ['a plain success', 200, { Code: 1000 }],
    ['a success of many', 200, { Code: 1001, Responses: [] }],
    ['an accepted request', 202, { Code: 1002 }],
    ['a block of bytes', 200, null],
    [
      'a success that suggests a newer SDK, and tests the header',
      200,
      { Code: 1000 },
      {
        'x-pm-drive-platform-requirements': 'required=0.9.9 suggested=9.9.9',
        'x-pm-drive-requirements': 'drive=1 docs=8 drive5 =',
      },
    ],
  ),
  ...taken(
    'abuse-block',
    ['the abuse block', 422, wrong(2028, 'For security reasons, this is blocked.')],
    ['the abuse block as 403', 403, wrong(2028, 'Blocked.')],
    ['the abuse block as 400', 400, wrong(2028, 'Blocked.')],
    ['the abuse block as 429', 429, wrong(2028, 'Blocked.')],
    ['the abuse block as 503', 503, wrong(2028, 'Blocked.')],
  ),
  ...taken(
    'human-verification',
    ['the CAPTCHA', 422, { Code: 9001, Error: 'Complete CAPTCHA', Details: challenge }],
    ['the CAPTCHA as 401', 401, wrong(9001, 'CAPTCHA')],
    [
      'the CAPTCHA inside of an abuse block',
      422,
      { Code: 2028, Error: 'For security reasons, complete CAPTCHA.', Details: challenge },
    ],
    [
      'the code of the CAPTCHA in the details of an abuse block',
      400,
      { Code: 2028, Error: 'Blocked', Details: { Code: 9001 } },
    ],
    ['a used CAPTCHA token', 422, wrong(12087, 'Invalid token')],
  ),
  ...taken(
    'session-expired',
    ['an expired access token', 401, wrong(401, 'Invalid access token')],
    ['an expired access token without a body', 401, null],
  ),
  ...taken(
    'session-refused',
    ['a dead refresh token', 422, wrong(10013, 'Invalid refresh token')],
    ['a dead refresh token as 400', 400, wrong(10013, 'Invalid')],
    ['a disabled account', 422, wrong(10003, 'Account disabled')],
  ),
  ...taken(
    'refused',
    ['a missing scope', 403, wrong(9101, 'Insufficient scope')],
    ['no permission', 422, wrong(2011, 'Not allowed')],
  ),
  ...taken('login-refused', ['a wrong password', 422, wrong(8002, 'Incorrect login credentials')]),
  ...taken(
    'throttled',
    ['too many requests', 429, wrong(429, 'Too many requests'), { 'retry-after': '28' }],
    ['too many requests by code', 429, wrong(85131, 'Slow down')],
    ['too many requests by code alone', 422, wrong(85131, 'Slow down')],
    ['too many requests of a proxy', 429, '<html>429</html>'],
  ),
  ...taken(
    'quota',
    ['a full account', 422, wrong(200001, 'Insufficient quota')],
    ['a full account by space', 422, wrong(200002, 'Insufficient space')],
    ['a full volume', 422, wrong(200100, 'Insufficient volume quota')],
  ),
  ...taken(
    'plan-limit',
    ['a file beyond the plan', 422, wrong(200003, 'File too large')],
    ['a feature of a paid plan', 422, wrong(10004, 'Upgrade')],
    ['a body too large', 413, PROXY_PAGE],
  ),
  ...taken(
    'structure',
    ['a full folder', 422, wrong(200300, 'Too many children')],
    ['a folder too deep', 422, wrong(200301, 'Nesting too deep')],
  ),
  ...taken(
    'exists',
    [
      'a name that is taken',
      422,
      wrong(2500, 'File or folder already exists', { Details: { ConflictLinkID: 'made-up' } }),
    ],
    ['a draft revision that is taken', 409, wrong(2500, 'Draft already exists')],
  ),
  ...taken(
    'not-found',
    ['a link that is gone', 422, wrong(2501, 'File or folder not found')],
    ['a link that is gone as 404', 404, wrong(2501, 'Not found')],
    ['a route or block that is gone', 404, wrong(404, 'Not found')],
    ['a block that is gone, told by the storage host', 404, 'not found'],
  ),
  ...taken('integrity', ['a block that fails its verification', 422, wrong(200501, 'Verification')]),
  ...taken(
    'requirements',
    ['a missing app version', 400, wrong(5001, 'Missing app version')],
    ['a refused app version', 422, wrong(5003, 'Upgrade the app')],
    ['an unmet requirement', 422, wrong(2000, 'Invalid requirement')],
    [
      'a success that demands a newer SDK',
      200,
      { Code: 1000 },
      { 'x-pm-drive-platform-requirements': 'required=1.0.0 suggested=2.0.0' },
    ],
    ['a success that demands a feature', 200, { Code: 1000 }, { 'x-pm-drive-requirements': 'drive=4 photos=1' }],
  ),
  ...taken(
    'outage',
    ['a server error', 500, wrong(500, 'Internal error')],
    ['a server error with an HTML body', 502, PROXY_PAGE],
    ['maintenance', 503, wrong(7001, 'API offline')],
    ['a gateway timeout without a body', 504, null],
  ),
  ...taken('network', ['a request timeout', 408, null]),
  ...taken(
    'bug',
    ['a bad value', 422, wrong(2001, 'Invalid input')],
    ['a state that does not fit', 422, wrong(2511, 'Incompatible state')],
    ['a code that nobody knows', 422, wrong(987_654, 'News')],
    ['a code that is no number', 400, { Code: '2028', Error: 'text' }],
    ['a body that is a list', 400, [2028]],
  ),
];
