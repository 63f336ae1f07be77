import type { TokenEntry } from '#application/ports/inventory.js';
import { Option, type Command } from 'commander';
import { formatTime } from '../terminal/format.js';
import { printable } from '../terminal/style.js';
import { table } from '../terminal/table.js';
import { examples, handles, onWire, type Shell } from './command.js';
import { durationArgument, limitArgument, nameArgument, patternArgument, uuidArgument } from './parsers.js';

interface IssueFlags {
  readonly name: string;
  readonly repository?: readonly string[];
  readonly access: 'read' | 'write';
  readonly expiresIn?: number;
}

export const addToken = (program: Command, shell: Shell): void => {
  const token = program
    .command('token')
    .summary('issue, list and revoke tokens')
    .description('Issues, lists and revokes tokens.');
  addIssue(token, shell);
  addList(token, shell);
  addRevoke(token, shell);
};

const addIssue = (token: Command, shell: Shell): void => {
  token
    .command('issue')
    .summary('make a token')
    .description('Makes a token. Its value is printed once and kept nowhere: what is stored opens nothing.')
    .requiredOption('--name <name>', 'whose it is or what for', nameArgument)
    .option(
      '--repository <pattern>',
      'what it opens: acme/demo, acme/* or *; may be repeated (default: *)',
      patternArgument,
    )
    .addOption(new Option('--access <access>', 'what it may do').choices(['read', 'write']).default('write'))
    .option('--expires-in <time>', 'how long it works, such as 90d (default: until it is revoked)', durationArgument)
    .addHelpText(
      'after',
      examples(
        ['ballast token issue --name laptop', 'reads and writes everything'],
        ['ballast token issue --name ci --repository "acme/*" --access read', 'clones of one organization'],
        ['ballast token issue --name guest --repository acme/demo --expires-in 7d', 'for a week'],
      ),
    )
    .action(
      handles(
        shell,
        onWire<IssueFlags>(shell, async (wire, { options }) => {
          const { name, repository: repositories = ['*'], access, expiresIn: lifetimeMs = null } = options;
          const fresh = await wire.issueToken.execute({ name, repositories, access, lifetimeMs }, wire.context());
          const until = fresh.expiresAt === null ? 'until it is revoked' : `until ${formatTime(fresh.expiresAt)}`;
          const what = `It may ${access === 'write' ? 'read and write' : 'read'} ${repositories.join(', ')}, ${until}.`;
          const lines = [
            `Token ${fresh.id}, shown this once:`,
            '',
            `  ${fresh.value}`,
            '',
            what,
            ...(wire.publicUrl === null
              ? []
              : ['In a clone:', `  git config lfs.url ${lfsUrl(wire.publicUrl, repositories, fresh.value)}`]),
          ];
          return { data: { ...fresh, name, repositories, access }, text: lines.join('\n') };
        }),
      ),
    );
};

/** Git LFS takes user and password from the URL, so that nothing asks for them. */
export const withToken = (url: string, token: string): string => url.replace('://', `://git:${token}@`);

const lfsUrl = (url: string, repositories: readonly string[], token: string): string => {
  const repository = repositories.find((pattern) => !pattern.includes('*')) ?? 'acme/demo';
  return `${withToken(url, token)}/${repository}.git/info/lfs`;
};

const addList = (token: Command, shell: Shell): void => {
  token
    .command('list')
    .summary('list tokens')
    .description('Lists tokens, newest first. Their values are stored nowhere.')
    .option('--limit <number>', 'most to list', limitArgument, 1_000)
    .addHelpText(
      'after',
      examples(['ballast token list', 'with their ids'], ['ballast token list --json', 'for scripts']),
    )
    .action(
      handles(
        shell,
        onWire<{ limit: number }>(shell, async (wire, { options }) => {
          const tokens = await wire.inventory.tokens(options.limit);
          const now = new Date();
          return {
            data: { tokens: tokens.map((entry) => ({ ...entry, state: stateOf(entry, now) })) },
            text: render(tokens, now),
          };
        }),
      ),
    );
};

const stateOf = ({ revokedAt, expiresAt }: TokenEntry, now: Date): 'active' | 'revoked' | 'expired' =>
  revokedAt !== null ? 'revoked' : expiresAt !== null && expiresAt <= now ? 'expired' : 'active';

const render = (tokens: readonly TokenEntry[], now: Date): string => {
  if (tokens.length === 0) return 'There is no token yet: `ballast token issue --name laptop`.';
  const rows = tokens.map((entry) => {
    const { id, name, last4, access, repositories, createdAt } = entry;
    const day = formatTime(createdAt).slice(0, 16);
    return [id, printable(name), `…${last4}`, access, repositories.join(' '), stateOf(entry, now), day];
  });
  return table(['ID', 'NAME', 'ENDS', 'ACCESS', 'REPOSITORIES', 'STATE', 'CREATED'], rows);
};

const addRevoke = (token: Command, shell: Shell): void => {
  token
    .command('revoke')
    .summary('make a token useless')
    .description('Revokes a token for good. Revoking twice changes nothing.')
    .argument('<id>', 'its id, see `ballast token list`', uuidArgument)
    .option('--reason <text>', 'kept with the event', 'revoked by an operator')
    .addHelpText(
      'after',
      examples(['ballast token revoke 6f2c0d5e-0f43-4a6c-9f0c-3c1b2a7d8e90 --reason "laptop lost"', 'and why']),
    )
    .action(
      handles(
        shell,
        onWire<{ reason: string }>(shell, async (wire, { args, options }) => {
          const [id] = args as [string];
          const revoked = await wire.revokeToken.execute(id, options.reason, wire.context());
          return {
            data: { id, revoked },
            text: revoked ? `Revoked ${id}.` : `${id} was revoked before; nothing changed.`,
          };
        }),
      ),
    );
};
