import type { Facts } from '#domain/fault/fault.js';

/** Which of the two ends of a call says something: both may stream to the other while it runs. */
export type Side = 'caller' | 'callee';

/** A fault with its facts, of any other error its name: texts may hold anything. */
export type WireError =
  { readonly code: string; readonly facts: Facts } | { readonly code: null; readonly name: string };

/** What goes over the channel. `id` is counted by the caller of the call, `by` tells which end speaks. */
export type Frame =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: string;
      readonly args: readonly unknown[];
      readonly streams: boolean;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'item'; readonly id: number; readonly by: Side; readonly value: unknown }
  | { readonly kind: 'end'; readonly id: number; readonly by: Side; readonly error: WireError | null }
  /** The reader has room for so much more. */
  | { readonly kind: 'credit'; readonly id: number; readonly by: Side; readonly weight: number }
  /** The reader wants no more. */
  | { readonly kind: 'stop'; readonly id: number; readonly by: Side };

/** An ordered connection to another process. What is sent after its end is dropped. */
export interface Channel {
  send(frame: Frame): void;
  /** Called once. `closed` comes after the last frame, exactly once. */
  listen(received: (frame: Frame) => void, closed: () => void): void;
}
