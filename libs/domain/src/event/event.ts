/** A fact in the past tense. `data` is plain JSON; `schema` is its version, raised with an upcaster when its form changes. */
export interface Event<Type extends string, Data> {
  readonly type: Type;
  readonly schema: number;
  readonly data: Data;
}

/** `<kind>-<id>`: one stream an aggregate. */
export type StreamName =
  `object-${string}` | `link-${string}` | `repository-${string}` | `token-${string}` | `vault-${string}`;

/** Who did it, in which request or job, and because of what. Stored with every event. */
export interface EventContext {
  readonly correlationId: string;
  readonly causationId: string | null;
  /** `token:<id>`, `service:<name>` or `operator:<name>`. */
  readonly actor: string;
  /** W3C trace context, so that a trace runs from request to vault. */
  readonly traceparent: string | null;
}
