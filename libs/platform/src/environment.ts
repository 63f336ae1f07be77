/** The process environment: the one file that reads it. Everything else is given its settings as values. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
