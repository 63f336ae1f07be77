import { formatDuration } from '../terminal/format.js';
import { paint, type Paint } from '../terminal/style.js';
import { DISCLOSURE } from '../vault/log-in.js';
import type { StackVault } from './stack.js';

export interface Welcome {
  readonly url: string;
  readonly dataDir: string;
  readonly tookMs: number;
  /** The first token, on the first start alone. */
  readonly token: string | null;
  /** The port of clones made so far, when another program took it. */
  readonly portTaken: number | null;
  /** Absent: a directory. */
  readonly vault?: StackVault;
}

export const lfsUrl = (url: string, token: string | null): string => {
  const withToken = token === null ? url : url.replace('://', `://git:${token}@`);
  return `${withToken}/acme/demo.git/info/lfs`;
};

/**
 * Three lines that push and clone with nothing but git and git-lfs. Ballast keeps the large files and is no git server, so
 * the commits go to a bare repository beside; the token in the URL keeps anything from asking for a password.
 */
export const tryCommands = (url: string, token: string): readonly string[] => {
  const configured = `-c lfs.url=${lfsUrl(url, token)}`;
  const author = '-c user.name=You -c user.email=you@example.org';
  return [
    `git init -q --bare -b main demo.git && git clone -c lfs.locksverify=false ${configured} demo.git demo && cd demo && git lfs install && git lfs track "*.bin"`,
    `head -c 20000000 /dev/urandom > big.bin && git add . && git ${author} commit -m "A large file" && git push origin HEAD:main`,
    `git clone ${configured} ../demo.git ../copy && cmp big.bin ../copy/big.bin && git -C ../copy lfs fsck`,
  ];
};

/** What `ballast up` says when everything runs. */
export const renderWelcome = ({ url, dataDir, tookMs, token, portTaken, vault }: Welcome, colour: boolean): string => {
  const tint = paint(colour);
  const facts = [
    `${tint('bold', tint('green', 'Ballast is ready'))} after ${formatDuration(tookMs)}. Its data is in ${dataDir}.`,
    ...(portTaken === null
      ? []
      : [
          tint(
            'yellow',
            `Port ${portTaken} is taken by another program: from now on it is the one below, in clones as well.`,
          ),
        ]),
    '',
    `  LFS URL  ${tint('bold', lfsUrl(url, null))}`,
    ...(token === null ? [] : [`  Token    ${tint('bold', token)}   (shown this once; it opens every repository)`]),
  ];
  const how =
    token === null
      ? ['A new token:  npx ballast token issue --name <whose>', 'How it is:    npx ballast status']
      : [
          'Try it in another terminal, in an empty directory, with git and git-lfs:',
          '',
          ...tryCommands(url, token).map((command, index) => `  ${tint('dim', String(index + 1))}  ${command}`),
          '',
          'How it is: npx ballast status',
        ];
  return [
    '',
    ...facts,
    ...vaultLines(vault, tint),
    '',
    ...how,
    tint('dim', 'Ctrl-C stops everything in order.'),
    '',
  ].join('\n');
};

const vaultLines = (vault: StackVault | undefined, tint: Paint): readonly string[] =>
  vault === undefined || vault.kind === 'filesystem'
    ? []
    : [
        `  Vault    Proton Drive. ${DISCLOSURE}`,
        ...(vault.development
          ? [`           ${tint('yellow', 'Not Proton itself, but something on this machine: never for real data.')}`]
          : []),
        ...(vault.needsLogin
          ? ['', `${tint('bold', 'Nothing can be pushed yet:')} connect an account with \`npx ballast vault login\`.`]
          : []),
      ];
