import { z } from 'zod';
import { DriveRefusal } from './model/refusal.js';
import type { Call } from '../routes.js';

export const LINKS_PER_REQUEST = 100;

const ARMOR = /^-----BEGIN PGP (MESSAGE|SIGNATURE|PRIVATE KEY BLOCK)-----\r?\n[\s\S]+-----END PGP \1-----\s*$/;

export const armored = z.string().regex(ARMOR);
export const base64 = z.base64().min(1);
export const nullable = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? null);
export const nameHash = z.string().regex(/^[0-9a-f]{64}$/);

export const LinkIds = z.object({ LinkIDs: z.array(z.string()).min(1).max(LINKS_PER_REQUEST) });

/** The body as `schema` has it; 422 with 2001 otherwise, naming the field. */
export function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new DriveRefusal('invalid', `Invalid value: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
}

/** A path parameter that the route's template has. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** A count in the query string; `otherwise` when it is left out. */
export function count(call: Call, name: string, otherwise: number): number {
  const given = call.query.get(name);
  return given === null ? otherwise : read(z.coerce.number().int().nonnegative(), given);
}
