import { describe, expect, it } from '@jest/globals';
import { Fault } from '#domain/fault/fault.js';
import { NoAnswer } from './http/no-answer.js';
import { ForeignError, Operations } from './operations.js';
import { isSdkStray } from './stray-rejections.js';

const never = new Promise<never>(() => undefined);
const signal = new AbortController().signal;

describe('one call of Drive', () => {
  it('ends at once with its caller, though what it waits for never does', async () => {
    const caller = new AbortController();
    const call = new Operations().run(caller.signal, () => never);
    caller.abort(new Fault('attempt.deadline'));
    await expect(call).rejects.toMatchObject({ code: 'attempt.deadline' });
  });

  it('ends with the fault that stopped it, not with what the SDK makes of it', async () => {
    const call = new Operations().run(signal, async (operation) => {
      operation.stop(new Fault('vault.abuse-blocked'));
      throw new NoAnswer('AbortError');
    });
    await expect(call).rejects.toMatchObject({ code: 'vault.abuse-blocked' });
  });

  it('translates errors of the SDK and leaves those of others as they are', async () => {
    const operations = new Operations();
    const notFound = Object.assign(new Error('text'), { name: 'NotFoundAPIError', code: 2501 });
    const own = new TypeError('of the source');
    await expect(operations.run(signal, () => Promise.reject(notFound))).rejects.toMatchObject({
      code: 'vault.absent',
    });
    await expect(operations.run(signal, () => Promise.reject(new ForeignError(own)))).rejects.toBe(own);
  });

  it('is found by whatever runs within it, each call its own', async () => {
    const operations = new Operations();
    const seen = await Promise.all(
      [1, 2].map(() =>
        operations.run(signal, async (operation) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return operations.current === operation;
        }),
      ),
    );
    expect(seen).toEqual([true, true]);
    expect(operations.current).toBeUndefined();
  });

  it('lets what takes back its work go on for a while', async () => {
    const operations = new Operations();
    const operation = operations.begin(signal);
    operation.stop(new Fault('attempt.deadline'));
    expect(operation.signal.aborted).toBe(true);
    expect(operation.cleanup.aborted).toBe(false);
  });

  it('is refused once the drive is closed', async () => {
    const operations = new Operations();
    operations.close();
    await expect(operations.run(signal, async () => 1)).rejects.toMatchObject({ code: 'service.draining' });
  });
});

describe('a rejection that nobody awaits', () => {
  it('is the SDK’s when it was made there or by the http client for it, and nobody else’s', () => {
    const ofSdk = new Error('x');
    ofSdk.stack = 'Error: x\n    at /app/node_modules/@protontech/drive-sdk/dist/internal/upload/streamUploader.js:1:1';
    expect(isSdkStray(ofSdk)).toBe(true);
    expect(isSdkStray(new NoAnswer('ConnectionError'))).toBe(true);
    expect(isSdkStray(new Error('ours'))).toBe(false);
    expect(isSdkStray('text')).toBe(false);
    expect(isSdkStray(undefined)).toBe(false);
  });
});
