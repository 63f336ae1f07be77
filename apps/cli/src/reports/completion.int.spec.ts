import { spawnSync } from 'node:child_process';
import { runCli } from '../run-cli.js';

const script = async (shell: string): Promise<string> => {
  const out: string[] = [];
  const refuse = () => Promise.reject(new Error('not needed'));
  const terminal = { out: (text: string) => out.push(text), err: () => undefined, colour: false };
  await runCli(['completion', shell], { terminal, environment: {}, connect: refuse, up: refuse });
  return out.join('\n');
};

const complete = async (...words: string[]): Promise<string[]> => {
  const source = `${await script('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_ballast
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', source], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n');
};

describe('completion', () => {
  it('offers commands, subcommands and options in bash', async () => {
    expect(await complete('ballast', 'st')).toEqual(['status']);
    expect(await complete('ballast', 'dead-letters', '')).toEqual(
      expect.arrayContaining(['list', 'show', 'redrive', 'drop']),
    );
    expect(await complete('ballast', '--json', 'repository', 'create', '--a')).toEqual(['--ack']);
    expect(await complete('ballast', 'object', 'explain', 'abc', 'x')).toEqual(['']);
  });

  it.each(['zsh', 'fish'])('names every command in %s', async (shell) => {
    const text = await script(shell);
    for (const word of ['up', 'status', 'dead-letters', 'redrive', 'data-dir']) expect(text).toContain(word);
  });
});
