import { ProtonDrill } from './harness/proton-drill.js';
import { pushUnderRandomKills } from './harness/random-kills.js';

/** `BALLAST_TEST_KILLS=200` for a longer run: each takes about three seconds. */
const KILLS = Number(process.env['BALLAST_TEST_KILLS'] ?? 60);
const ACKNOWLEDGED = KILLS / 6;

describe('processes that die at random while clients push to Proton', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start();
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  it(
    `fault 15: ${KILLS} times kill -9 of gateway, reconciler or one of two workers: what was acknowledged is in Proton, once`,
    async () => {
      await pushUnderRandomKills(proton.drill, {
        kills: KILLS,
        acknowledged: ACKNOWLEDGED,
        victims: ['gateway', 'worker', 'second-worker', 'reconciler'],
        sizes: [10, 500, 5_000, 40_000, 300_000, 1_500_000, 5_000_000],
        pauseMs: { least: 200, most: 2_000 },
      });
      await proton.healed(120_000);
      await proton.chill();
      await proton.drill.ledger.readable();
      expect(proton.drill.ledger.size).toBeGreaterThan(ACKNOWLEDGED);
    },
    300_000 + KILLS * 20_000,
  );
});
