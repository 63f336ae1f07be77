import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Manifest = z.object({ version: z.string() });

/** The version of Proton's SDK that is installed: Proton may demand a newer one. */
export const SDK_VERSION = ((): string => {
  const file = new URL('../package.json', import.meta.resolve('@protontech/drive-sdk'));
  return Manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
})();
