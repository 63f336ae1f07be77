import { BATCH_OBJECTS_MAX, BatchRequest, VerifyRequest } from './batch.js';

const request = { operation: 'upload', objects: [{ oid: 'a', size: 1 }] };

describe('a batch request', () => {
  it('may say no more than what and which', () => {
    expect(BatchRequest.parse(request)).toEqual(request);
  });

  it('may be as a stock client sends it', () => {
    const sent = {
      ...request,
      transfers: ['lfs-standalone-file', 'basic', 'ssh'],
      ref: { name: 'refs/heads/main' },
      hash_algo: 'sha256',
    };
    expect(BatchRequest.parse(sent)).toEqual(sent);
  });

  it('may leave its options null', () => {
    expect(BatchRequest.safeParse({ ...request, transfers: null, ref: null, hash_algo: null }).success).toBe(true);
  });

  it('leaves a bad object to be answered in its own place', () => {
    const objects = [null, 'x', { oid: 1 }, { size: -1 }];
    expect(BatchRequest.parse({ ...request, objects }).objects).toEqual(objects);
  });

  it.each([
    ['nothing', null],
    ['a list', [request]],
    ['without an operation', { objects: [] }],
    ['without objects', { operation: 'upload' }],
    ['with objects that are no list', { ...request, objects: { 0: {} } }],
    ['with transfers that are no texts', { ...request, transfers: [1] }],
    ['with fifty-one transfers', { ...request, transfers: Array(51).fill('basic') }],
    ['with an endless ref', { ...request, ref: { name: 'r'.repeat(4097) } }],
  ])('is not %s', (_, body) => expect(BatchRequest.safeParse(body).success).toBe(false));

  it('holds ten times what a stock client asks for', () => {
    expect(BATCH_OBJECTS_MAX).toBeGreaterThanOrEqual(1000);
  });
});

describe('a verify request', () => {
  it('is any oid and size, checked by whoever reads them', () => {
    expect(VerifyRequest.safeParse({ oid: 'x', size: '1' }).success).toBe(true);
    expect(VerifyRequest.safeParse([]).success).toBe(false);
  });
});
