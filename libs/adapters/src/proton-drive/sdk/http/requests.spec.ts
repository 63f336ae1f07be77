import { describe, expect, it } from '@jest/globals';
import { BlockBody, multipart } from './block-body.js';
import { destinations } from './destinations.js';
import { routeOf } from './route.js';

describe('the destinations of requests', () => {
  const proton = destinations('https://drive-api.proton.me', false);

  it.each(['http://drive-api.proton.me', 'https://proton.me.example.org', 'https://example.org', 'http://127.0.0.1:1'])(
    'refuse %s unless this is development',
    (url) => {
      expect(() => destinations(url, false)).toThrow('configuration.invalid');
      expect(destinations(url, true).apiHost).toBe(new URL(url).host);
    },
  );

  it.each([
    'https://evil.example/block',
    'http://storage.proton.me/block',
    'https://proton.me.evil.example/',
    'https://notproton.me/',
    'https://user@storage.proton.me/',
    'file:///etc/passwd',
    'no url',
  ])('refuse to fetch a block from %s', (url) => {
    expect(() => proton.storage(url)).toThrow('foreign-host');
  });

  it('take blocks from any of Proton’s hosts', () => {
    expect(proton.storage('https://fra-storage.proton.me/storage/blocks').host).toBe('fra-storage.proton.me');
  });

  it('refuse an API request to any other host than the one configured', () => {
    expect(() => proton.api('https://drive-api.proton.me.example.org/drive')).toThrow('foreign-host');
    expect(() => proton.api('https://account.proton.me/drive')).toThrow('foreign-host');
  });

  it('give loopback back its scheme, which the SDK takes away', () => {
    const { api } = destinations('http://127.0.0.1:8080', true);
    expect(api('https://127.0.0.1:8080/drive/blocks?x=1').href).toBe('http://127.0.0.1:8080/drive/blocks?x=1');
  });

  it('mend the double slash with which the SDK deletes a revision', () => {
    expect(proton.api('https://drive-api.proton.me//drive/v2/volumes').href).toBe(
      'https://drive-api.proton.me/drive/v2/volumes',
    );
  });
});

describe('the name of a request', () => {
  it.each([
    ['POST', 'drive/v2/volumes/AbC=/files', 'POST drive/v2/volumes/:id/files'],
    [
      'GET',
      'drive/v2/volumes/v/links/l/revisions/r/verification',
      'GET drive/v2/volumes/:id/links/:id/revisions/:id/verification',
    ],
    ['GET', 'drive/v2/volumes/v/files/l/revisions/r?PageSize=20', 'GET drive/v2/volumes/:id/files/:id/revisions/:id'],
    ['POST', 'drive/blocks', 'POST drive/blocks'],
    ['GET', 'secret@example.org/../token', 'GET :id'],
  ])('leaves out ids and query: %s %s', (method, path, name) => {
    expect(routeOf(method, new URL(`https://drive-api.proton.me/${path}`))).toBe(name);
  });
});

describe('the form of a block', () => {
  it('is one that the platform reads, without the block being copied', async () => {
    const bytes = Buffer.from('block\r\n--\r\nbytes');
    const { contentType, contentLength, parts } = multipart(new BlockBody(bytes));
    const body = Buffer.concat([...parts]);
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    const file = form.get('Block') as File;
    expect(file.name).toBe('blob');
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
    expect(contentLength).toBe(body.length);
    expect(parts).toContain(bytes);
  });
});
