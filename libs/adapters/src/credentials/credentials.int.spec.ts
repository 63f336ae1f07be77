import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { environment } from '#platform/environment.js';
import { ConfigurationError } from '#platform/settings.js';
import { credentialSource } from './credential-source.js';

const CANARY = 'canary-hunter2';
const LINES = `username=me@proton.test\npassword=${CANARY}=with=equals\ntotp=123456\nmailbox_password=mb\nother=1\n`;

/** Programs that say what a real one would, and write down how they were called. */
const PASS_CLI = `#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  'item view pass://Servers/Proton/username') echo me@proton.test ;;
  'item view pass://Servers/Proton/password') echo '${CANARY}' ;;
  'item view pass://Servers/Proton/mailbox password') echo mb ;;
  'item totp pass://Servers/Proton/totp') echo 'TOTP: 654321 (12 s)' ;;
  *) echo '${CANARY} no such item' >&2; exit 3 ;;
esac
`;
const HELPER = `#!/bin/sh
[ "$1" = get ] || exit 0
cat > "$CALLS"
echo username=me@proton.test
echo password=${CANARY}
`;
const OWN = `#!/bin/sh
[ -n "$BALLAST_TOKEN_PEPPER" ] && exit 9
printf '%s\\n' "$*" >> "$CALLS"
[ "$1" = fail ] && { echo ${CANARY}; echo ${CANARY} >&2; exit 7; }
echo username=me@proton.test
echo password=${CANARY}
`;

describe('credentials of a login', () => {
  let directory: string;
  let env: Record<string, string | undefined>;
  const program = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };
  const file = (text: string, mode: number): string => {
    const path = join(directory, 'login');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'credentials-'));
    env = {
      PATH: `${directory}${delimiter}${environment['PATH'] ?? ''}`,
      CALLS: join(directory, 'calls'),
      HOME: directory,
      BALLAST_TOKEN_PEPPER: 'not for other programs',
      GIT_CONFIG_NOSYSTEM: '1',
      // Whatever asks a person would do it here.
      GIT_ASKPASS: join(directory, 'asks'),
    };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('come from an item of Proton Pass, each when it is asked for', async () => {
    program('pass-cli', PASS_CLI);
    const answers = credentialSource('pass-cli:pass://Servers/Proton', env);
    expect(await answers.username()).toBe('me@proton.test');
    expect(await answers.password()).toBe(CANARY);
    expect(await answers.secondFactor()).toBe('654321');
    expect(await answers.mailboxPassword()).toBe('mb');
  });

  it('come from the helpers of git, which cannot ask anybody', async () => {
    writeFileSync(join(directory, '.gitconfig'), `[credential]\n\thelper = ${program('helper', HELPER)}\n`);
    const answers = credentialSource('git-credential:account.proton.me', env);
    expect([await answers.username(), await answers.password()]).toEqual(['me@proton.test', CANARY]);
    await expect(answers.secondFactor()).rejects.toThrow('they have no totp');
    rmSync(join(directory, '.gitconfig'));
    const asked = program('asks', `#!/bin/sh\necho ${CANARY}\n`);
    expect(asked).toBe(env['GIT_ASKPASS']);
    await expect(credentialSource('git-credential', env).password()).rejects.toMatchObject({ name: 'Fault' });
  });

  it('come from a file that is its owner’s alone', async () => {
    const answers = credentialSource(`file:${file(LINES, 0o600)}`, env);
    expect(await answers.password()).toBe(`${CANARY}=with=equals`);
    expect(await answers.secondFactor()).toBe('123456');
  });

  it.each(['640', '604', '660', '644'])('do not come from a file of mode %s', async (mode) => {
    await expect(credentialSource(`file:${file(LINES, parseInt(mode, 8))}`, env).password()).rejects.toThrow(
      'chmod 600',
    );
  });

  it('come neither through a symbolic link nor from a file that is not there', async () => {
    const link = join(directory, 'link');
    symlinkSync(file(LINES, 0o600), link);
    await expect(credentialSource(`file:${link}`, env).password()).rejects.toThrow('ELOOP');
    await expect(credentialSource(`file:${directory}/none`, env).password()).rejects.toThrow('ENOENT');
  });

  it('come from a program of one’s own, run once and without a shell', async () => {
    const own = program('own', OWN);
    const answers = credentialSource(`exec:${own} one $(touch ${directory}/shell) ;`, env);
    expect([await answers.username(), await answers.password()]).toEqual(['me@proton.test', CANARY]);
    expect(readFileSync(join(directory, 'calls'), 'utf8')).toBe(`one $(touch ${directory}/shell) ;\n`);
    expect(existsSync(join(directory, 'shell'))).toBe(false);
  });

  it('come from the environment in development only', async () => {
    const given = { ...env, BALLAST_PROTON_USERNAME: 'me', BALLAST_PROTON_PASSWORD: CANARY };
    expect(() => credentialSource('environment', given)).toThrow('development');
    const answers = credentialSource('environment', { ...given, BALLAST_PROTON_DEVELOPMENT: 'true' });
    expect(await answers.password()).toBe(CANARY);
  });

  it('are never told when they cannot be used', async () => {
    program('pass-cli', PASS_CLI);
    const sources = [`exec:${program('own', OWN)} fail`, 'pass-cli:pass://Servers/Other', `file:${file(LINES, 0o644)}`];
    for (const source of sources) {
      const error = await credentialSource(source, env)
        .password()
        .then(() => null)
        .catch((caught: unknown) => caught as Error);
      expect(error).toMatchObject({ code: 'configuration.invalid' });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error ?? {}))).not.toContain(CANARY);
    }
  });

  it.each(['vault', 'exec:', 'pass-cli:Work', 'pass-cli:pass://a/b/c', '', 'constructor:x'])(
    'are not looked for at %p',
    (source) => {
      expect(() => credentialSource(source, env)).toThrow(ConfigurationError);
    },
  );
});
