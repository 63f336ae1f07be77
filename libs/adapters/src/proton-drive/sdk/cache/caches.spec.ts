import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { FolderCache } from './folder-cache.js';
import { FILES_MAX, KeyCache } from './key-cache.js';
import { TaggedCache } from './tagged-cache.js';

const load = createRequire(import.meta.url);

const keysOf = async (entries: AsyncIterable<{ readonly key: string }>): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const { key } of entries) keys.push(key);
  return keys;
};

describe('the tagged cache', () => {
  it('drops the entry used longest ago, and its tags with it', async () => {
    const cache = new TaggedCache<string>(2);
    await cache.setEntity('a', '1', ['tag']);
    await cache.setEntity('b', '2', ['tag']);
    await cache.getEntity('a');
    await cache.setEntity('c', '3', ['tag']);
    expect(await keysOf(cache.iterateEntitiesByTag('tag'))).toEqual(['a', 'c']);
    await expect(cache.getEntity('b')).rejects.toThrow('not found');
  });

  it('forgets the tags that an entry had before', async () => {
    const cache = new TaggedCache<string>(2);
    await cache.setEntity('a', '1', ['old']);
    await cache.setEntity('a', '2', ['new']);
    expect(await keysOf(cache.iterateEntitiesByTag('old'))).toEqual([]);
    expect(await keysOf(cache.iterateEntitiesByTag('new'))).toEqual(['a']);
    await cache.clear();
    expect(await keysOf(cache.iterateEntitiesByTag('new'))).toEqual([]);
  });

  it('can be changed while it is iterated', async () => {
    const cache = new TaggedCache<string>(5);
    for (const key of ['a', 'b', 'c']) await cache.setEntity(key, key, ['tag']);
    const seen: string[] = [];
    for await (const { key } of cache.iterateEntitiesByTag('tag')) {
      seen.push(key);
      await cache.removeEntities([key]);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

describe('the cache of nodes', () => {
  const folder = JSON.stringify({ uid: 'v~f', type: 'folder' });

  it('remembers folders and volumes', async () => {
    const cache = new FolderCache();
    await cache.setEntity('node-v~f', folder, ['nodeParentUid:v~root']);
    await cache.setEntity('volume-v', '{}');
    await expect(cache.getEntity('node-v~f')).resolves.toBe(folder);
    await expect(cache.getEntity('volume-v')).resolves.toBe('{}');
  });

  it.each([
    ['files', 'node-v~x', JSON.stringify({ uid: 'v~x', type: 'file' })],
    ['folders in the trash', 'node-v~x', JSON.stringify({ type: 'folder', trashTime: '2026-01-01T00:00:00.000Z' })],
    ['that it knows the children of a folder', 'node-children-v~x', 'loaded'],
    ['what it cannot read', 'node-v~x', '{'],
  ])('remembers no %s', async (_, key, value) => {
    const cache = new FolderCache();
    await cache.setEntity(key, value);
    await expect(cache.getEntity(key)).rejects.toThrow('not found');
  });

  it('learns of a folder that was made, in the form that the SDK reads', async () => {
    const cache = new FolderCache();
    const { deserialiseNode } = load('@protontech/drive-sdk/dist/internal/nodes/cache.js') as {
      deserialiseNode(data: string): unknown;
    };
    const at = new Date('2026-01-01T00:00:00Z');
    await cache.learn({
      ...{ uid: 'v~f', parentUid: 'v~root', type: 'folder', name: 'aa', mediaType: 'Folder', directRole: 'inherited' },
      ...{ isShared: false, isSharedPublicly: false, creationTime: at, modificationTime: at },
    } as never);
    expect(deserialiseNode(await cache.getEntity('node-v~f'))).toMatchObject({
      ...{ uid: 'v~f', parentUid: 'v~root', type: 'folder', name: { ok: true, value: 'aa' }, isStale: false },
      ...{ creationTime: at, trashTime: undefined },
    });
    expect(await keysOf(cache.iterateEntitiesByTag('nodeParentUid:v~root'))).toEqual(['node-v~f']);
  });

  it('forgets a folder that is put into the trash', async () => {
    const cache = new FolderCache();
    await cache.setEntity('node-v~f', folder);
    await cache.setEntity('node-v~f', JSON.stringify({ type: 'folder', trashTime: '2026-01-01T00:00:00.000Z' }));
    await expect(cache.getEntity('node-v~f')).rejects.toThrow('not found');
  });
});

describe('the cache of keys', () => {
  const keys = (file: boolean) => ({ nodeKeys: file ? { contentKeyPacketSessionKey: {} } : {} }) as never;

  it('keeps the keys of folders however many files are met', async () => {
    const cache = new KeyCache();
    await cache.setEntity('nodeKeys-v~folder', keys(false));
    for (let file = 0; file <= FILES_MAX; file++) await cache.setEntity(`nodeKeys-v~${file}`, keys(true));
    await expect(cache.getEntity('nodeKeys-v~folder')).resolves.toBeDefined();
    await expect(cache.getEntity('nodeKeys-v~0')).rejects.toThrow('not found');
    await cache.forget(['v~folder']);
    await expect(cache.getEntity('nodeKeys-v~folder')).rejects.toThrow('not found');
  });
});
