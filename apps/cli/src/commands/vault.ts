import { CREDENTIAL_FORMS } from '#adapters/credentials/credential-source.js';
import { STOP_CAUSES, type StopCause } from '#domain/vault/vault.js';
import { Option, type Command } from 'commander';
import { formatBytes, formatDuration, plural } from '../terminal/format.js';
import type { Answer } from '../terminal/terminal.js';
import { UsageError } from '../terminal/usage-error.js';
import { DISCLOSURE, logInByFork, logInByPassword, typedAnswers } from '../vault/log-in.js';
import { renderVault } from '../vault/render-vault.js';
import { checkSession, reportVault } from '../vault/vault-report.js';
import type { VaultWire } from '../vault/vault-wire.js';
import type { Handler, Wire } from '../world.js';
import { examples, handles, onWire, type Shell } from './command.js';

export const addVault = (program: Command, shell: Shell): void => {
  const vault = program
    .command('vault')
    .summary('the account at Proton that holds the objects')
    .description(`Looks after the vault in Proton Drive: its session, its breakers, its keys. ${DISCLOSURE}`);
  addStatus(vault, shell);
  addLogin(vault, shell);
  addLogout(vault, shell);
  addVerify(vault, shell);
  addCheck(vault, shell);
  addResume(vault, shell);
  addKeys(vault, shell);
};

/** A handler that needs a vault at a provider. */
const onVault = <Options>(
  shell: Shell,
  work: (vault: VaultWire, wire: Wire, ...input: Parameters<Handler<Options>>) => Promise<Answer>,
): Handler<Options> =>
  onWire<Options>(shell, async (wire, input) => {
    const { vault } = wire;
    if (vault !== null) return work(vault, wire, input);
    throw new UsageError(
      'Objects are kept in a directory here, which needs no login. Start with `ballast up --vault proton`, or set BALLAST_VAULT=proton-drive.',
    );
  });

const addStatus = (vault: Command, shell: Shell): void => {
  vault
    .command('status')
    .summary('session, stops, space and limits')
    .description(
      'Tells how the vault is, and what to do about each stop. Asks Proton once, for the space, unless it is stopped. ' +
        'Exit code 1 when a person has to act.',
    )
    .addHelpText(
      'after',
      examples(['ballast vault status', 'for people'], ['ballast vault status --json', 'for scripts']),
    )
    .action(
      handles(
        shell,
        onWire(shell, async (wire) => {
          if (wire.vault === null) {
            const text = 'Objects are kept in a directory: it needs no session. See `ballast status`.';
            return { data: { kind: 'filesystem' }, text };
          }
          const report = await reportVault(wire.vault);
          const bad = report.session.state !== 'open' || report.stops.some(({ needsOperator }) => needsOperator);
          const text = renderVault(report, wire.vault.clock.now(), shell.world.terminal.colour);
          return { data: report, text, exitCode: bad ? 1 : 0 };
        }),
      ),
    );
};

interface LoginFlags {
  readonly password?: boolean;
  readonly credentials?: string;
  readonly otherAccount?: boolean;
}

const addLogin = (vault: Command, shell: Shell): void => {
  vault
    .command('login')
    .summary('connect an account')
    .description(
      `${DISCLOSURE} Shows a page of Proton on which the owner of the account signs in, on any device; no password, second factor ` +
        'or CAPTCHA touches this server. Closes the breakers that wait for a login. An account that is not the one whose Drive ' +
        'holds the objects is refused.',
    )
    .option('--password', 'log in with a password here instead, typed or from --credentials; tried exactly once')
    .option('--credentials <provider>', `where the password comes from: ${CREDENTIAL_FORMS.join(', ')}`)
    .option(
      '--other-account',
      'leave the account that holds the objects, for good: what is only there is recorded as lost, then stored again from ' +
        'the hot tier or by the next push of who has it; nothing is deleted there. Restart every worker afterwards',
    )
    .addHelpText(
      'after',
      examples(
        ['ballast vault login', 'by a page of Proton; works without a browser here'],
        ['ballast vault login --password', 'asks for user name and password'],
        ['ballast vault login --credentials pass-cli:pass://Servers/Ballast', 'from Proton Pass'],
        ['ballast vault login --credentials file:/run/secrets/proton', 'key=value lines, mode 0600'],
      ),
    )
    .action(
      handles(
        shell,
        onVault<LoginFlags>(shell, async (vaultWire, wire, { options }) => {
          const { terminal, prompter = null } = shell.world;
          terminal.err(DISCLOSURE);
          const way = options.password || options.credentials !== undefined ? 'password' : 'fork';
          const answers = () =>
            options.credentials === undefined ? typedAnswers(prompter) : vaultWire.credentials(options.credentials);
          const session =
            way === 'fork'
              ? await logInByFork(vaultWire, terminal)
              : await logInByPassword(vaultWire, terminal, answers());
          const order = { way, otherAccount: options.otherAccount ?? false } as const;
          const opened = await vaultWire.openSession.execute(session, order, wire.context());
          const text = [
            `Logged in. ${formatBytes(opened.space.usedBytes)} of ${formatBytes(opened.space.maxBytes)} are used.`,
            ...(opened.hasParent
              ? []
              : ['Proton permits this session no child: a crash while it is renewed will cost another login.']),
            ...(order.otherAccount
              ? ['Restart every worker: those that run keep to the account that they began with.']
              : []),
            'Next: `ballast vault check` uploads a canary and reads it back.',
          ].join('\n');
          return { data: { vault: vaultWire.vaultId, way, ...opened }, text };
        }),
      ),
    );
};

const addLogout = (vault: Command, shell: Shell): void => {
  vault
    .command('logout')
    .summary('end the session')
    .description(
      'Stops the vault, ends the session at Proton and forgets it here. What is staged waits for the next login.',
    )
    .addHelpText('after', examples(['ballast vault logout', 'objects stay where they are']))
    .action(
      handles(
        shell,
        onVault(shell, async (vaultWire, wire) => {
          const closed = await vaultWire.closeSession.execute(wire.context());
          const text = !closed.hadSession
            ? 'There was no session.'
            : closed.revoked
              ? 'Logged out.'
              : 'Logged out here. Proton could not be told: end the session on its page of sessions.';
          return { data: closed, text };
        }),
      ),
    );
};

const addVerify = (vault: Command, shell: Shell): void => {
  vault
    .command('verify')
    .summary('whether the session works')
    .description('Asks Proton once: the session is accepted, and what is stored unlocks the account’s key.')
    .addHelpText('after', examples(['ballast vault verify', 'exit code 1 when it does not']))
    .action(
      handles(
        shell,
        onVault(shell, async (vaultWire) => {
          const space = await checkSession(vaultWire);
          return { data: { works: true, space }, text: 'The session works and unlocks the account.' };
        }),
      ),
    );
};

const addCheck = (vault: Command, shell: Shell): void => {
  vault
    .command('check')
    .summary('upload a canary, read it back, delete it')
    .description(
      'Puts 64 KiB of random bytes into the account as an object, reads them back, compares, and deletes them.',
    )
    .addHelpText('after', examples(['ballast vault check', 'on your own account, before you trust it']))
    .action(
      handles(
        shell,
        onVault(shell, async (vaultWire) => {
          const result = await vaultWire.canary((step) => shell.world.terminal.err(step));
          const times = [result.uploadMs, result.downloadMs, result.deleteMs].map(formatDuration);
          const text = `The canary came back as it was: up in ${times[0]}, down in ${times[1]}, deleted in ${times[2]}.`;
          return { data: result, text };
        }),
      ),
    );
};

const addResume = (vault: Command, shell: Shell): void => {
  vault
    .command('resume')
    .summary('go on after a stop')
    .description(
      'Closes breakers once their cause is gone; parked jobs go on by themselves. A session needs a login instead.',
    )
    .addOption(new Option('--cause <cause>', 'this one only (default: all that are open)').choices(STOP_CAUSES))
    .addHelpText(
      'after',
      examples(
        ['ballast vault resume --cause abuse-block', 'Proton lifted its block'],
        ['ballast vault resume', 'all'],
      ),
    )
    .action(
      handles(
        shell,
        onVault<{ cause?: StopCause }>(shell, async (vaultWire, wire, { options }) => {
          const { state } = await vaultWire.history.load();
          const asked = options.cause === undefined ? [...state.keys()] : [options.cause];
          const resumed: StopCause[] = [];
          for (const cause of asked) {
            if (await vaultWire.resume.execute(cause, 'operator', wire.context())) resumed.push(cause);
          }
          const text = resumed.length === 0 ? 'Nothing was stopped.' : `Goes on: ${resumed.join(', ')}.`;
          return { data: { resumed }, text };
        }),
      ),
    );
};

const addKeys = (vault: Command, shell: Shell): void => {
  vault
    .command('keys')
    .summary('the keys that seal the session')
    .description('Looks after the keys that seal the session at rest.')
    .command('rotate')
    .summary('seal with the first key of BALLAST_VAULT_KEYS')
    .description(
      'Seals every session with the first key of BALLAST_VAULT_KEYS. Put a new key in front, restart, rotate; then take the old one away.',
    )
    .addHelpText('after', examples(['ballast vault keys rotate', 'once the services know both keys']))
    .action(
      handles(
        shell,
        onVault(shell, async (vaultWire) => {
          const resealed = await vaultWire.sessions.reseal();
          const text =
            resealed === 0 ? 'Every session has the newest key.' : `Sealed ${plural(resealed, 'session')} anew.`;
          return { data: { resealed }, text };
        }),
      ),
    );
};
