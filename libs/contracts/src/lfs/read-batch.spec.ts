import { isFault } from '#domain/fault/fault.js';
import { BATCH_OBJECTS_MAX } from './batch.js';
import { JSON_DEPTH_MAX, parseJson } from './json.js';
import { readBatch } from './read-batch.js';

const faultOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return isFault(error) ? error.code : 'other';
  }
};

describe('a batch request', () => {
  const batch = { operation: 'upload', objects: [] };

  it.each<[string, unknown]>([
    ['request.malformed', null],
    ['request.malformed', []],
    ['request.malformed', { objects: [] }],
    ['request.malformed', { ...batch, transfers: 'basic' }],
    ['request.malformed', { ...batch, ref: 'main' }],
    ['batch.unknown-operation', { ...batch, operation: 'verify' }],
    ['batch.unsupported-hash', { ...batch, hash_algo: 'sha512' }],
    ['batch.unsupported-transfer', { ...batch, transfers: ['tus'] }],
    ['batch.too-many-objects', { ...batch, objects: Array.from({ length: BATCH_OBJECTS_MAX + 1 }) }],
    ['none', { ...batch, transfers: [] }],
    ['none', { ...batch, transfers: ['ssh', 'basic'], hash_algo: 'sha256', ref: { name: 'refs/heads/main' }, more: 1 }],
    ['none', { ...batch, transfers: null, hash_algo: null, ref: null }],
  ])('ends in %s for %j', (code, body) => {
    expect(faultOf(() => readBatch(body))).toBe(code);
  });
});

describe('JSON', () => {
  it('is read to a bounded depth, brackets in strings not counted', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(faultOf(() => parseJson(nested(JSON_DEPTH_MAX)))).toBe('none');
    expect(faultOf(() => parseJson(nested(JSON_DEPTH_MAX + 1)))).toBe('request.malformed');
    expect(parseJson(`{"a":"${'['.repeat(50)}\\"{"}`)).toEqual({ a: `${'['.repeat(50)}"{` });
  });

  it('that is none is refused without a word of what it was', () => {
    expect(() => parseJson('{"secret')).toThrow(expect.not.stringContaining('secret') as never);
  });
});
