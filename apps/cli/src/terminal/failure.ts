import { Fault } from '#domain/fault/fault.js';
import { ConfigurationError } from '#platform/settings.js';
import { withoutCredentials } from '#platform/logger.js';
import { KIND_REMEDIES, REMEDIES } from './remedies.js';
import { paint } from './style.js';
import { UsageError } from './usage-error.js';

/** A failure as it is told: what happened, what to do, its code and the page about it. */
export interface Failure {
  readonly exitCode: 1 | 2;
  readonly what: string;
  readonly todo: string;
  readonly code: string;
  /** Null for a mistake in typing, which needs no page. */
  readonly runbook: string | null;
}

export const describeFailure = (error: unknown): Failure => {
  if (error instanceof UsageError) {
    return { exitCode: 2, what: error.message, todo: 'See --help.', code: 'usage', runbook: null };
  }
  if (error instanceof Fault) return describeFault(error);
  return {
    exitCode: 1,
    what: `Something unexpected failed${reason(error)}.`,
    todo: 'Run it again with --debug to see where; if it stays, report it.',
    code: 'unexpected',
    runbook: 'runbooks/README.md',
  };
};

const describeFault = (fault: Fault): Failure => {
  const remedy = REMEDIES[fault.code];
  const what = fault instanceof ConfigurationError ? fault.message : remedy ? fill(remedy.what, fault) : fault.message;
  return {
    exitCode: fault.code === 'configuration.invalid' ? 2 : 1,
    what: withoutCredentials(what),
    todo: remedy?.todo ?? KIND_REMEDIES[fault.kind],
    code: fault.code,
    runbook: `runbooks/faults.md#${fault.code}`,
  };
};

const fill = (text: string, { facts }: Fault): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? 'that'));

/** Of a foreign error only its class and system code are told: its message may hold anything. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  return ` (${typeof code === 'string' ? `${error.name} ${code}` : error.name})`;
};

export const renderFailure = (failure: Failure, colour: boolean): string => {
  const tint = paint(colour);
  const rows = [
    `${tint('red', 'error')} ${failure.what}`,
    ...(failure.runbook === null
      ? [failure.todo]
      : [`      ${failure.todo}`, tint('dim', `      code ${failure.code}, see ${failure.runbook}`)]),
  ];
  return rows.join('\n');
};

/** The whole chain of causes with stacks, for --debug; credentials are cut out. */
export const renderTrace = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${renderTrace(error.cause)}`;
  return withoutCredentials(error.stack ?? error.message) + cause;
};
