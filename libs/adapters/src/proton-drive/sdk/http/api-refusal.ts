/** An answer that refuses, in closed terms and in the fields by which failures are classified. */
export class ApiRefusal extends Error {
  override readonly name = 'APICodeError';

  constructor(
    readonly statusCode: number,
    readonly code: number | undefined,
    options?: ErrorOptions,
  ) {
    super('Refused by the API.', options);
  }
}
