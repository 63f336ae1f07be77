/** Ends the servers that the global setup started, in the same process. */
const teardown = async (): Promise<void> => {
  await globalThis.ballastTestInfra?.stop();
};

export default teardown;
