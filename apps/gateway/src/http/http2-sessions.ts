import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';

export interface SessionLimits {
  readonly pingIntervalMs: number;
  /** Fires when sessions are to end with the requests they carry. */
  readonly retired: AbortSignal;
}

/** Bytes under way on all streams of a session: a single upload over a long line needs more than the default of 64 KiB. */
const SESSION_WINDOW_BYTES = 8 * 1024 * 1024;
/** A session with nothing to do is closed after this; clients open a new one without a word. */
const IDLE_MS = 120_000;
/** PINGs in a row that a peer may leave unanswered. */
const UNANSWERED_MAX = 3;

/**
 * Sends a PING on every session at an interval: for a client that gives up after 30 s of silence it is the one sign of
 * life that works through a wait of any length (docs/git-lfs.md#silence). Also ends sessions that are dead or idle.
 */
export const keepSessionsAlive = (server: Http2SecureServer, limits: SessionLimits): void => {
  server.on('session', (session) => watch(session, limits));
};

const watch = (session: ServerHttp2Session, { pingIntervalMs, retired }: SessionLimits): void => {
  let streams = 0;
  let unanswered = 0;
  let busyAt = performance.now();
  session.on('stream', (stream) => {
    streams += 1;
    stream.once('close', () => {
      streams -= 1;
      busyAt = performance.now();
    });
  });
  session.on('error', () => session.destroy());
  if (!session.destroyed) session.setLocalWindowSize(SESSION_WINDOW_BYTES);
  const timer = setInterval(() => {
    if (session.destroyed) return;
    if (unanswered >= UNANSWERED_MAX) return session.destroy();
    if (streams === 0 && performance.now() - busyAt > IDLE_MS) return session.close();
    unanswered += 1;
    session.ping((error) => {
      if (error === null) unanswered = 0;
    });
  }, pingIntervalMs);
  const retire = (): void => session.close();
  retired.addEventListener('abort', retire);
  session.once('close', () => {
    clearInterval(timer);
    retired.removeEventListener('abort', retire);
  });
};
