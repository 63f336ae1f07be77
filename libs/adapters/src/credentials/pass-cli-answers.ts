import { AnswerSheet, providerFailed, type AnswerKey } from './answer-sheet.js';
import { runProgram } from './run-program.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SOURCE = 'pass-cli';
const ITEM = /^pass:\/\/[^/]+\/[^/]+\/?$/;
const CODE = /\b\d{6,8}\b/;
const FIELDS = { username: 'username', password: 'password', mailbox_password: 'mailbox password' } as const;

/**
 * A login item of Proton Pass by its `pass://vault/item` reference, read with Proton's command line (`pass-cli login` comes
 * first). The mailbox password is a custom field `mailbox password`; the two-factor code is computed by Pass.
 */
export const passCliAnswers = (reference: string, environment: Environment): AnswerSheet => {
  if (!ITEM.test(reference)) throw providerFailed(SOURCE, 'the item is named as pass://<vault>/<item>');
  const item = reference.replace(/\/$/, '');
  const run = (args: readonly string[]) => runProgram(SOURCE, { command: 'pass-cli', args, environment });
  return new AnswerSheet(SOURCE, async (key: AnswerKey) => {
    if (key === 'totp') return CODE.exec(await run(['item', 'totp', `${item}/totp`]))?.[0];
    return (await run(['item', 'view', `${item}/${FIELDS[key]}`])).replace(/\r?\n$/, '');
  });
};
