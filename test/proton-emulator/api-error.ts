/** What Proton's API answers when it refuses: `{ Code, Error, Details? }` with an HTTP status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: number,
    text: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(text);
  }
}

/** An answer other than 200 with `{ Code: 1000, ... }`: any status, headers, and JSON or bytes. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  static of(error: ApiError): Reply {
    return new Reply(error.status, {
      Code: error.code,
      Error: error.message,
      ...(error.details ? { Details: error.details } : {}),
    });
  }
}
