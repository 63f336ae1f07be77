/** How long a test of this project may take. Jest reads `testTimeout` only outside of `projects`, where all of them share it. */
import.meta.jest.setTimeout(globalThis.TEST_TIMEOUT_MS);
