export interface CallContext {
  /** Fires when the caller gives up, or is gone. */
  readonly signal: AbortSignal;
  /** What the caller streams in; empty when that is nothing. Untouched until it is read. */
  readonly source: AsyncIterable<unknown>;
}

/** Answers one method: with a value, or with a stream. What it throws goes to the caller as WireError. */
export type Handler = (context: CallContext, ...args: never[]) => Promise<unknown> | AsyncIterable<unknown>;

/** What one end answers. The type of the other end's service makes calls to it typed. */
export type Service = Readonly<Record<string, Handler>>;

export type ArgsOf<H extends Handler> = H extends (context: CallContext, ...args: infer Args) => unknown ? Args : never;

/** Methods that answer with a value. */
export type Asked<S extends Service> = {
  [M in keyof S & string]: ReturnType<S[M]> extends Promise<unknown> ? M : never;
}[keyof S & string];

/** Methods that answer with a stream. */
export type Streamed<S extends Service> = {
  [M in keyof S & string]: ReturnType<S[M]> extends AsyncIterable<unknown> ? M : never;
}[keyof S & string];

export type ItemOf<H extends Handler> = ReturnType<H> extends AsyncIterable<infer Item> ? Item : never;
