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

/** Statuses vary on purpose: what stops the fleet is told by the body at whatever status it comes. */
export const CORPUS: readonly CorpusAnswer[] = [
  { about: 'a plain success', status: 200, body: { Code: 1000 }, failure: null },
  { about: 'a success of many', status: 200, body: { Code: 1001, Responses: [] }, failure: null },
  { about: 'an accepted request', status: 202, body: { Code: 1002 }, failure: null },
  { about: 'a block of bytes', status: 200, body: null, failure: null },

  {
    about: 'the abuse block',
    status: 422,
    body: wrong(2028, 'For security reasons, this is blocked.'),
    failure: 'abuse-block',
  },
  { about: 'the abuse block as 403', status: 403, body: wrong(2028, 'Blocked.'), failure: 'abuse-block' },
  { about: 'the abuse block as 400', status: 400, body: wrong(2028, 'Blocked.'), failure: 'abuse-block' },
  { about: 'the abuse block as 429', status: 429, body: wrong(2028, 'Blocked.'), failure: 'abuse-block' },
  { about: 'the abuse block as 503', status: 503, body: wrong(2028, 'Blocked.'), failure: 'abuse-block' },
  {
    about: 'the CAPTCHA',
    status: 422,
    body: { Code: 9001, Error: 'Complete CAPTCHA', Details: challenge },
    failure: 'human-verification',
  },
  { about: 'the CAPTCHA as 401', status: 401, body: wrong(9001, 'CAPTCHA'), failure: 'human-verification' },
  {
    about: 'the CAPTCHA inside of an abuse block',
    status: 422,
    body: { Code: 2028, Error: 'For security reasons, complete CAPTCHA.', Details: challenge },
    failure: 'human-verification',
  },
  {
    about: 'the code of the CAPTCHA in the details of an abuse block',
    status: 400,
    body: { Code: 2028, Error: 'Blocked', Details: { Code: 9001 } },
    failure: 'human-verification',
  },
  { about: 'a used CAPTCHA token', status: 422, body: wrong(12087, 'Invalid token'), failure: 'human-verification' },

  {
    about: 'an expired access token',
    status: 401,
    body: wrong(401, 'Invalid access token'),
    failure: 'session-expired',
  },
  { about: 'an expired access token without a body', status: 401, body: null, failure: 'session-expired' },
  {
    about: 'a dead refresh token',
    status: 422,
    body: wrong(10013, 'Invalid refresh token'),
    failure: 'session-refused',
  },
  { about: 'a dead refresh token as 400', status: 400, body: wrong(10013, 'Invalid'), failure: 'session-refused' },
  { about: 'a disabled account', status: 422, body: wrong(10003, 'Account disabled'), failure: 'session-refused' },
  { about: 'a missing scope', status: 403, body: wrong(9101, 'Insufficient scope'), failure: 'refused' },
  { about: 'no permission', status: 422, body: wrong(2011, 'Not allowed'), failure: 'refused' },
  {
    about: 'a wrong password',
    status: 422,
    body: wrong(8002, 'Incorrect login credentials'),
    failure: 'login-refused',
  },

  {
    about: 'too many requests',
    status: 429,
    headers: { 'retry-after': '28' },
    body: wrong(429, 'Too many requests'),
    failure: 'throttled',
  },
  { about: 'too many requests by code', status: 429, body: wrong(85131, 'Slow down'), failure: 'throttled' },
  { about: 'too many requests by code alone', status: 422, body: wrong(85131, 'Slow down'), failure: 'throttled' },
  { about: 'too many requests of a proxy', status: 429, body: '<html>429</html>', failure: 'throttled' },

  { about: 'a full account', status: 422, body: wrong(200001, 'Insufficient quota'), failure: 'quota' },
  { about: 'a full account by space', status: 422, body: wrong(200002, 'Insufficient space'), failure: 'quota' },
  { about: 'a full volume', status: 422, body: wrong(200100, 'Insufficient volume quota'), failure: 'quota' },
  { about: 'a file beyond the plan', status: 422, body: wrong(200003, 'File too large'), failure: 'plan-limit' },
  { about: 'a feature of a paid plan', status: 422, body: wrong(10004, 'Upgrade'), failure: 'plan-limit' },
  { about: 'a full folder', status: 422, body: wrong(200300, 'Too many children'), failure: 'structure' },
  { about: 'a folder too deep', status: 422, body: wrong(200301, 'Nesting too deep'), failure: 'structure' },

  {
    about: 'a name that is taken',
    status: 422,
    body: wrong(2500, 'File or folder already exists', { Details: { ConflictLinkID: 'made-up' } }),
    failure: 'exists',
  },
  {
    about: 'a draft revision that is taken',
    status: 409,
    body: wrong(2500, 'Draft already exists'),
    failure: 'exists',
  },
  { about: 'a link that is gone', status: 422, body: wrong(2501, 'File or folder not found'), failure: 'not-found' },
  { about: 'a link that is gone as 404', status: 404, body: wrong(2501, 'Not found'), failure: 'not-found' },
  { about: 'a route or block that is gone', status: 404, body: wrong(404, 'Not found'), failure: 'not-found' },
  { about: 'a block that is gone, told by the storage host', status: 404, body: 'not found', failure: 'not-found' },
  {
    about: 'a block that fails its verification',
    status: 422,
    body: wrong(200501, 'Verification'),
    failure: 'integrity',
  },

  { about: 'a missing app version', status: 400, body: wrong(5001, 'Missing app version'), failure: 'requirements' },
  { about: 'a refused app version', status: 422, body: wrong(5003, 'Upgrade the app'), failure: 'requirements' },
  { about: 'an unmet requirement', status: 422, body: wrong(2000, 'Invalid requirement'), failure: 'requirements' },
  {
    about: 'a success that demands a newer SDK',
    status: 200,
    headers: { 'x-pm-drive-platform-requirements': 'required=1.0.0 suggested=2.0.0' },
    body: { Code: 1000 },
    failure: 'requirements',
  },
  {
    about: 'a success that demands a feature',
    status: 200,
    headers: { 'x-pm-drive-requirements': 'drive=4 photos=1' },
    body: { Code: 1000 },
    failure: 'requirements',
  },
  {
    about: 'a success that suggests a newer SDK, and tests the header',
    status: 200,
    headers: {
      'x-pm-drive-platform-requirements': 'required=0.9.9 suggested=9.9.9',
      'x-pm-drive-requirements': 'drive=1 docs=8 drive5 =',
    },
    body: { Code: 1000 },
    failure: null,
  },

  { about: 'a server error', status: 500, body: wrong(500, 'Internal error'), failure: 'outage' },
  { about: 'a server error with an HTML body', status: 502, body: PROXY_PAGE, failure: 'outage' },
  { about: 'maintenance', status: 503, body: wrong(7001, 'API offline'), failure: 'outage' },
  { about: 'a gateway timeout without a body', status: 504, body: null, failure: 'outage' },
  { about: 'a request timeout', status: 408, body: null, failure: 'network' },
  { about: 'a body too large', status: 413, body: PROXY_PAGE, failure: 'plan-limit' },

  { about: 'a bad value', status: 422, body: wrong(2001, 'Invalid input'), failure: 'bug' },
  { about: 'a state that does not fit', status: 422, body: wrong(2511, 'Incompatible state'), failure: 'bug' },
  { about: 'a code that nobody knows', status: 422, body: wrong(987_654, 'News'), failure: 'bug' },
  { about: 'a code that is no number', status: 400, body: { Code: '2028', Error: 'text' }, failure: 'bug' },
  { about: 'a body that is a list', status: 400, body: [2028], failure: 'bug' },
];
