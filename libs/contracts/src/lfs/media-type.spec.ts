import { isLfsJson } from './media-type.js';

describe('the media type of a request', () => {
  it.each([
    'application/vnd.git-lfs+json',
    'application/vnd.git-lfs+json; charset=utf-8',
    'Application/VND.git-lfs+JSON',
    ' application/vnd.git-lfs+json ;x',
    'application/json',
  ])('is taken when it is %j', (type) => expect(isLfsJson(type)).toBe(true));

  it.each([
    undefined,
    '',
    ';',
    'text/plain',
    'application/vnd.git-lfs+json2',
    'application/octet-stream',
    'application/jsonp',
    'text/plain; application/json',
  ])('is refused when it is %j', (type) => expect(isLfsJson(type)).toBe(false));
});
