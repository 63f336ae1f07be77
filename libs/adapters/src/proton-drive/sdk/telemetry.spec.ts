import { describe, expect, it } from '@jest/globals';
import type { SdkTelemetry } from './sdk-config.js';
import { telemetry, withoutNames } from './telemetry.js';

describe('what the SDK tells', () => {
  it.each([
    'GET https://drive-api.proton.me/drive/v2/volumes/w4KaM8X0nZE87EapHzRqNf4k/links: 200 (12ms)',
    'block 1:s3cr3t-t0ken_of_a_block==',
    'Creating draft for someone@proton.me',
    'Node "vol~link" failed',
    'Authorization Bearer abcDEF123456abcDEF123456abcDEF',
  ])('keeps no name of anything in a line: %s', (line) => {
    const said = withoutNames(line);
    expect(said).not.toMatch(/proton\.me|w4KaM8|s3cr3t|someone|vol~link|abcDEF/);
    expect(said.split(' ')[0]).toMatch(/^[A-Za-z]+$/);
  });

  it('leaves prose and durations as they are', () => {
    expect(withoutNames('Upload finished (12ms), waiting for 3 blocks')).toBe(
      'Upload finished (12ms), waiting for 3 blocks',
    );
  });

  it('passes metrics on in closed terms', () => {
    const events: SdkTelemetry[] = [];
    const { recordMetric, getLogger } = telemetry({ onTelemetry: (event) => events.push(event) });
    recordMetric({ eventName: 'apiRetrySucceeded', url: 'https://secret', failedAttempts: 2 });
    recordMetric({
      eventName: 'upload',
      uploadedSize: 1,
      expectedSize: 2,
      error: '4xx',
      originalError: new Error('secret'),
    });
    recordMetric({ eventName: 'decryptionError', field: 'nodeKey', uid: 'secret' });
    getLogger('api').error('secret', new Error('secret'));
    expect(events).toEqual([
      { event: 'apiRetrySucceeded', failedAttempts: 2 },
      { event: 'upload', bytes: 1, error: '4xx' },
      { event: 'decryptionError', field: 'nodeKey' },
    ]);
  });
});
