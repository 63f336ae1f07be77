import { parseOid } from '../oid.js';
import { linkStream } from './object-link.js';

describe('a link', () => {
  it('has a stream of its own for each repository and oid', () => {
    const [one, two] = [parseOid('1'.repeat(64)), parseOid('2'.repeat(64))];
    const streams = [linkStream('r', one), linkStream('r', two), linkStream('s', one), linkStream('s', two)];
    expect(new Set(streams).size).toBe(4);
    expect(streams[0]).toBe(`link-r-${one}`);
  });
});
