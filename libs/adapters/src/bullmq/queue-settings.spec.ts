import { readSettings } from '#platform/settings.js';
import { queueSettings } from './queue-settings.js';

describe('the settings of the queue', () => {
  it.each(['redis://h', 'redis://:p@h:6379/1', 'rediss://u:p@h'])('take %s', (url) => {
    expect(readSettings(queueSettings, { BALLAST_REDIS_URL: url })).toEqual({ redisUrl: url });
  });

  it('may be absent', () => {
    expect(readSettings(queueSettings, {})).toEqual({ redisUrl: undefined });
  });

  it.each(['h:6379', 'http://h', 'canary', 'redis:'])('do not take %s, and do not repeat it', (url) => {
    const read = () => readSettings(queueSettings, { BALLAST_REDIS_URL: url });
    expect(read).toThrow('BALLAST_REDIS_URL is not valid: expected redis://… or rediss://…');
    expect(read).not.toThrow('canary');
  });
});
