import type { RepositoryTotals } from '#application/ports/inventory.js';
import type { AckMode, RepositoryPath } from '#domain/repository/repository.js';
import { Option, type Command } from 'commander';
import { formatBytes, formatTime, plural } from '../terminal/format.js';
import { table } from '../terminal/table.js';
import { examples, handles, onWire, type Shell } from './command.js';
import { bytesArgument, limitArgument, repositoryArgument } from './parsers.js';

interface CreateFlags {
  readonly ack: AckMode;
  readonly maxObjectSize?: number;
}

export const addRepository = (program: Command, shell: Shell): void => {
  const repository = program
    .command('repository')
    .summary('make and list repositories')
    .description('Makes and lists repositories.');
  addCreate(repository, shell);
  addList(repository, shell);
};

const addCreate = (repository: Command, shell: Shell): void => {
  repository
    .command('create')
    .summary('make a repository')
    .description('Makes a repository. An organization comes into being with its first repository.')
    .argument('<organization/name>', 'such as acme/demo', repositoryArgument)
    .addOption(
      new Option(
        '--ack <mode>',
        'when a push is told success: `stored` once a vault has the object, `staged` once the hot tier has it',
      )
        .choices(['stored', 'staged'])
        .default('stored'),
    )
    .option('--max-object-size <bytes>', 'largest object it takes, such as 2GiB (default: no limit)', bytesArgument)
    .addHelpText(
      'after',
      examples(
        ['ballast repository create acme/models', 'pushes wait for the vault'],
        ['ballast repository create acme/renders --ack staged', 'faster, weaker: read the note on staged acks'],
        ['ballast repository create acme/docs --max-object-size 100MiB', 'with a limit'],
      ),
    )
    .action(
      handles(
        shell,
        onWire<CreateFlags>(shell, async (wire, { args, options }) => {
          const [path] = args as [RepositoryPath];
          const { ack: ackMode, maxObjectSize: maxObjectBytes = null } = options;
          const created = await wire.createRepository.execute({ path, ackMode, maxObjectBytes }, wire.context());
          const name = `${created.organization}/${created.name}`;
          const url = wire.publicUrl === null ? null : `${wire.publicUrl}/${name}.git/info/lfs`;
          const lines = [
            `Made ${name}.`,
            ...(url === null ? [] : [`  LFS URL  ${url}`]),
            ...(ackMode === 'staged'
              ? ['  A push is told success before a vault has the objects: a lost disk can lose them.']
              : []),
          ];
          return { data: { ...created, url }, text: lines.join('\n') };
        }),
      ),
    );
};

const addList = (repository: Command, shell: Shell): void => {
  repository
    .command('list')
    .summary('list repositories')
    .description('Lists repositories with what they hold. An object that several hold is counted in each.')
    .option('--limit <number>', 'most to list', limitArgument, 1_000)
    .addHelpText(
      'after',
      examples(['ballast repository list', 'all of them'], ['ballast repository list --json', 'for scripts']),
    )
    .action(
      handles(
        shell,
        onWire<{ limit: number }>(shell, async (wire, { options }) => {
          const totals = await wire.inventory.repositories(options.limit);
          return { data: { repositories: totals.map(plain) }, text: render(totals) };
        }),
      ),
    );
};

const plain = ({ repository, objects, bytes }: RepositoryTotals) => ({ ...repository, objects, bytes });

const render = (totals: readonly RepositoryTotals[]): string => {
  if (totals.length === 0) return 'There is no repository yet: `ballast repository create acme/demo`.';
  const rows = totals.map(({ repository, objects, bytes }) => {
    const { organization, name, ackMode, maxObjectBytes, createdAt } = repository;
    const limit = maxObjectBytes === null ? '-' : formatBytes(maxObjectBytes);
    return [
      `${organization}/${name}`,
      String(objects),
      formatBytes(bytes),
      ackMode,
      limit,
      formatTime(createdAt).slice(0, 16),
    ];
  });
  const list = table(['REPOSITORY', 'OBJECTS', 'SIZE', 'ACK', 'LIMIT', 'CREATED'], rows);
  return `${list}\n\n${totals.length === 1 ? '1 repository' : `${totals.length} repositories`}, ${plural(
    totals.reduce((sum, { objects }) => sum + objects, 0),
    'object',
  )}`;
};
