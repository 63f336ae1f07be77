import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository, whether this runs from its source or compiled for the benchmark. */
export const ROOT = (function above(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : above(dirname(directory));
})(import.meta.dirname);
