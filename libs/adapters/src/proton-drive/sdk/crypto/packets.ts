/** Packets of OpenPGP (RFC 9580 4.2), as far as a block of a file consists of them. */
export const TAG = { literal: 11, protectedData: 18 } as const;

export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

const NEW_FORMAT = 0xc0;
const IS_PACKET = 0x80;
const IS_NEW = 0x40;
const FIVE_OCTETS = 255;
const FIRST_PARTIAL = 224;

/** Header of a packet whose body has `length` bytes, always of six bytes. */
export const packetHeader = (tag: number, length: number): Uint8Array => {
  const header = Buffer.alloc(6);
  header[0] = NEW_FORMAT | tag;
  header[1] = FIVE_OCTETS;
  header.writeUInt32BE(length, 2);
  return header;
};

/** The one packet that the bytes consist of, its parts joined; null when they are anything else. */
export const onlyPacket = (bytes: Uint8Array): Packet | null => {
  const first = bytes[0] ?? 0;
  if ((first & IS_PACKET) === 0) return null;
  return (first & IS_NEW) === 0 ? oldFormat(bytes, first) : newFormat(bytes, first & 0x3f);
};

const oldFormat = (bytes: Uint8Array, first: number): Packet | null => {
  const octets = [1, 2, 4, 0][first & 3] ?? 0;
  const start = 1 + octets;
  const length = octets === 0 ? bytes.length - start : unsigned(bytes.subarray(1, start), octets);
  const tag = (first >> 2) & 0xf;
  return start + length === bytes.length ? { tag, body: bytes.subarray(start) } : null;
};

const newFormat = (bytes: Uint8Array, tag: number): Packet | null => {
  const parts: Uint8Array[] = [];
  for (let at = 1; ;) {
    const found = lengthAt(bytes, at);
    if (found === null || found.start + found.length > bytes.length) return null;
    const end = found.start + found.length;
    parts.push(bytes.subarray(found.start, end));
    if (!found.partial) return end === bytes.length ? { tag, body: joined(parts) } : null;
    at = end;
  }
};

interface Length {
  readonly start: number;
  readonly length: number;
  readonly partial: boolean;
}

const lengthAt = (bytes: Uint8Array, at: number): Length | null => {
  const first = bytes[at];
  if (first === undefined) return null;
  if (first < 192) return { start: at + 1, length: first, partial: false };
  if (first === FIVE_OCTETS) {
    const length = unsigned(bytes.subarray(at + 1, at + 5), 4);
    return { start: at + 5, length, partial: false };
  }
  if (first >= FIRST_PARTIAL) return { start: at + 1, length: 2 ** (first & 0x1f), partial: true };
  const second = bytes[at + 1];
  return second === undefined ? null : { start: at + 2, length: ((first - 192) << 8) + second + 192, partial: false };
};

/** NaN, and so no packet, when the bytes end before it does. */
const unsigned = (bytes: Uint8Array, octets: number): number =>
  bytes.length < octets ? NaN : bytes.reduce((value, byte) => value * 256 + byte, 0);

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
