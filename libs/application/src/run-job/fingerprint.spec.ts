import { Fault } from '#domain/fault/fault.js';
import { errorDetail, fingerprint } from './fingerprint.js';

const withStack = (error: Error, ...frames: string[]): Error =>
  Object.assign(error, {
    stack: [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n'),
  });

describe('the fingerprint of a failure', () => {
  it('names queue, code and the first function of ours', () => {
    const fault = withStack(
      new Fault('vault.full'),
      'node:internal/fs/promises:640:10',
      'async open (file:///srv/ballast/node_modules/x/libs/index.js:1:2)',
      'async FilesystemVault.put (file:///srv/ballast/dist/libs/adapters/src/filesystem-vault/filesystem-vault.js:40:5)',
      'async StoreObject.put (file:///srv/ballast/dist/libs/application/src/store-object/store-object.js:60:5)',
    );
    expect(fingerprint('store-object', fault)).toBe('store-object/vault.full/FilesystemVault.put');
  });

  it.each([
    ['new Thing (file:///x/libs/a/src/thing.js:1:2)', 'Thing'],
    ['Object.get [as hydrate] (/x/libs/a/src/thing.ts:1:2)', 'Object.get'],
    ['file:///x/apps/worker/src/main.js:9:1', 'main'],
    ['async Promise.all (index 0)', 'elsewhere'],
    ['<anonymous>', 'elsewhere'],
  ])('reads the frame %s', (frame, place) => {
    expect(fingerprint('store-object', withStack(new Error('x'), frame))).toBe(`store-object/unexpected/${place}`);
  });

  it('has a place for what is no error', () => {
    expect(fingerprint('store-object', 'text')).toBe('store-object/unexpected/elsewhere');
    expect(errorDetail({ secret: 1 })).toBe('object in elsewhere');
  });
});
