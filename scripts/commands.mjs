import { spawnSync } from 'node:child_process';

const exists = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** Whether a command that specs use is there; as root on Debian and its kin it is installed first. */
export const ensureCommand = (command) => {
  if (exists(command)) return true;
  if (process.getuid?.() === 0 && exists('apt-get')) {
    console.error(`ballast: installing ${command} with apt-get ...`);
    if (!aptInstall(command)) {
      apt('update');
      aptInstall(command);
    }
  }
  return exists(command);
};

const aptInstall = (name) => apt('install', '-y', '--no-install-recommends', name);

const apt = (...args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', process.stderr, 'inherit'], env }).status === 0;
};
