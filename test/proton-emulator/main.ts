import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ProtonEmulator } from './emulator.js';

const USAGE = `npm run proton-emulator -- [options]
  --port <n>             of the API; a free one without it
  --dir <directory>      keeps everything there; memory without it
  --username <name>      of the account, where the directory has none yet
  --two-passwords        a mailbox password beside that of the login
  --totp                 a second factor at login
  --password <text>      of the login, instead of a well-known one; so are the two that follow
  --mailbox-password <text>
  --totp-secret <base32>`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    dir: { type: 'string' },
    username: { type: 'string' },
    'two-passwords': { type: 'boolean', default: false },
    totp: { type: 'boolean', default: false },
    password: { type: 'string' },
    'mailbox-password': { type: 'string' },
    'totp-secret': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const emulator = await ProtonEmulator.start({
  port: Number(values.port),
  ...(values.dir === undefined ? {} : { directory: values.dir }),
  account: {
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(values.password === undefined ? {} : { password: values.password }),
    mailboxPassword: values['mailbox-password'] ?? (values['two-passwords'] ? 'a second horse' : null),
    totpSecret: values['totp-secret'] ?? (values.totp ? 'JBSWY3DPEHPK3PXP' : null),
  },
});
const { url, account } = emulator;

console.log(`An emulator of Proton Drive, for trying Ballast out. Nothing here is safe: never store real data in it.

  API and control API    ${url}
  block storage          ${emulator.storageUrl}
  user name              ${account.username}
  password               ${account.password}
  mailbox password       ${account.mailboxPassword ?? 'the same'}
  TOTP secret            ${account.totpSecret ?? 'none'}

To try it with Ballast, in two other terminals:

  npm start -- --vault proton --proton-url ${url}
  npx ballast vault login

The login shows a URL. To agree as the owner of the account, paste it here and press Enter, or:

  curl -d '{"url":"<that URL>"}' ${url}/_emulator/forks/approve

Ctrl-C ends it.`);

// A pipe that ends is no wish to stop: only a terminal is read.
if (process.stdin.isTTY) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === '') return;
    try {
      console.log(`Agreed: session ${emulator.control.approve(line.trim()).uid}`);
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
    }
  });
}

let stopping: Promise<void> | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping ??= emulator.stop().then(() => process.exit(0));
  });
}
