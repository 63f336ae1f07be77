// node given-up-upload-main.ts <url of the emulator> guarded|bare: a process that gives up an upload whose blocks hang
// while its source stands still.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#domain/fault/fault.js';
import { createSdkDrive } from '#adapters/proton-drive/sdk/sdk-drive.js';
import type { ProtonEmulator } from '../emulator.js';
import { ForkedHost } from './forked-host.js';
import { configFor, contentOf, endless, pieces } from './workplace.js';

const [, , url = '', guard] = process.argv;
const host = await ForkedHost.of({ url } as ProtonEmulator);
let strays = 0;
const drive = createSdkDrive(
  {
    ...{ ...configFor(url), clientUidPrefix: 'given-up', transfersMax: 1 },
    onTelemetry: ({ event }) => {
      if (event === 'strayRejection') strays++;
    },
  },
  host,
);
if (guard === 'bare') process.removeAllListeners('unhandledRejection');
const folder = await drive.ensureFolder(await drive.root(endless), 'Given up', endless);
const { file, bytes } = contentOf(folder, randomBytes(9 * 2 ** 20));

const hang = { route: 'POST /storage/blocks/:b', times: 3, does: { kind: 'hang' } };
await fetch(`${url}/_emulator/faults`, { method: 'POST', body: JSON.stringify(hang) });
const draftsNow = async (): Promise<number> => {
  const answer = await fetch(`${url}/_emulator/nodes`);
  const { nodes } = (await answer.json()) as { readonly nodes: readonly { readonly state: string }[] };
  return nodes.filter(({ state }) => state === 'draft').length;
};
const draftsBefore = await draftsNow();
/** Whether both blocks that it is given have reached storage, where they hang. */
const isHanging = async (): Promise<boolean> => {
  const { faults } = (await (await fetch(`${url}/_emulator/faults`)).json()) as { readonly faults: (typeof hang)[] };
  return faults.every(({ times }) => times <= hang.times - 2);
};
const caller = new AbortController();
let gaveUpAt = 0;
const giveUp = async (): Promise<void> => {
  while (!(await isHanging())) await delay(20);
  await delay(100);
  gaveUpAt = performance.now();
  caller.abort(new Fault('attempt.deadline'));
};
void giveUp();
const standingStill = async function* () {
  yield* pieces(bytes.subarray(0, 8 * 2 ** 20 + 5));
  await new Promise(() => undefined);
};
const code = await drive.upload(file, standingStill(), caller.signal).catch((error: Fault) => error.code);
const ms = performance.now() - gaveUpAt;
await fetch(`${url}/_emulator/faults`, { method: 'DELETE' });
await delay(500);
const drafts = (await draftsNow()) - draftsBefore;
const next = await drive.upload(file, pieces(bytes), endless);
process.stdout.write(JSON.stringify({ code, ms, drafts, strays, next: next.outcome }));
await drive.close();
process.exit(0);
