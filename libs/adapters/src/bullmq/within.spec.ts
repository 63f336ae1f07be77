import { within } from './within.js';

describe('work with a limit', () => {
  it('settles as the work does', async () => {
    await expect(within(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('fails when the work takes too long, and a late failure of it harms nobody', async () => {
    const late = Promise.withResolvers<never>();
    await expect(within(10, late.promise)).rejects.toThrow('no answer within 10 ms');
    late.reject(new Error('late'));
    await new Promise(setImmediate);
  });
});
