/** Something that cannot go on, and that one sentence explains: no stack is worth showing. */
export class Failure extends Error {}

/** Runs the action; a Failure ends the process with its sentence. */
export const orExit = async (action) => {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`ballast: ${error.message}`);
    process.exit(1);
  }
};
