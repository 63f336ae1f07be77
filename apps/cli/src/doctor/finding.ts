import { isFault } from '#domain/fault/fault.js';

/** What one check found, and what to do about it. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly todo?: string;
}

export type Check = () => Promise<readonly Finding[]>;

export const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail });
export const warn = (name: string, detail: string, todo: string): Finding => ({ name, state: 'warn', detail, todo });
export const fail = (name: string, detail: string, todo: string): Finding => ({ name, state: 'fail', detail, todo });

/** Runs checks one after another; one that breaks is a finding itself and stops no other. */
export const examine = async (checks: Readonly<Record<string, Check>>): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      findings.push(...(await check()));
    } catch (error) {
      findings.push(
        fail(name, `cannot be checked: ${reason(error)}`, 'mend this first, then run `ballast doctor` again'),
      );
    }
  }
  return findings;
};

/** The text of a Fault, the class and code of anything else: a foreign message may hold a secret. */
export const reason = (error: unknown): string => {
  if (isFault(error)) return error.message;
  const { name, code } = error as NodeJS.ErrnoException;
  return [name, code].filter(Boolean).join(' ') || 'unknown';
};
