/** A known bug: the text that keeps it out, what it looked like, and the spec that must notice. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly project: 'unit' | 'integration';
  readonly spec: string;
  /** Narrows the run to tests whose name matches. */
  readonly only?: string;
}

export const MUTATIONS: readonly Mutation[] = [];
