import type { StreamName } from '../event/event.js';
import type { Oid } from '../oid.js';

export const objectStream = (oid: Oid): StreamName => `object-${oid}`;
