import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { openModulus } from './modulus.js';
import { asBytes, asNumber, expandHash, hashedPassword, isServerProof, power, srpProofs } from './srp.js';

/** A modulus as Proton signed it in 2018; public in the specs of its open SRP clients. */
const SIGNED_MODULUS = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

W2z5HBi8RvsfYzZTS7qBaUxxPhsfHJFZpu3Kd6s1JafNrCCH9rfvPLrfuqocxWPgWDH2R8neK7PkNvjxto9TStuY5z7jAzWRvFWN9cQhAKkdWgy0JY6ywVn22+HFpF4cYesHrqFIKUPDMSSIlWjBVmEJZ/MusD44ZT29xcPrOqeZvwtCffKtGAIjLYPZIEbZKnDM1Dm3q2K/xS5h+xdhjnndhsrkwm9U9oyA2wxzSXFL+pdfj2fOdRwuR5nW0J2NFrq3kJjkRmpO/Genq1UW+TEknIWAb6VzJJJA244K/H8cnSx2+nSNZO3bbo6Ys228ruV9A8m6DhxmS+bihN3ttQ==
-----BEGIN PGP SIGNATURE-----
Version: ProtonMail
Comment: https://protonmail.com

wl4EARYIABAFAlwB1j0JEDUFhcTpUY8mAAD8CgEAnsFnF4cF0uSHKkXa1GIa
GO86yMV4zDZEZcDSJo0fgr8A/AlupGN9EdHlsrZLmTA1vhIx+rOgxdEff28N
kvNM7qIK
=q6vu
-----END PGP SIGNATURE-----`;
const SALT = Buffer.from('yKlc5/CvObfoiw==', 'base64');
const PASSWORD = 'abc123';
/** Of ephemeral, proof and expected answer, as they were when they first convinced the server below. */
const KNOWN = ['af5afa23311a820a', 'a94ec560eb2f63de', '28ca8d0153c8c1be'];

/** The other side of SRP-6a, written from its definition: k, u and S as the server computes them. */
const server = (modulus: Uint8Array, x: bigint) => {
  const n = asNumber(modulus);
  const verifier = power(2n, x, n);
  const k = asNumber(expandHash(asBytes(2n), modulus)) % n;
  const b = asNumber(randomBytes(256)) % n;
  const ephemeral = (k * verifier + power(2n, b, n)) % n;
  const answer = (clientEphemeral: Uint8Array, clientProof: Uint8Array): Uint8Array | null => {
    const u = asNumber(expandHash(clientEphemeral, asBytes(ephemeral)));
    const shared = asBytes(power(asNumber(clientEphemeral) * power(verifier, u, n), b, n));
    const expected = expandHash(clientEphemeral, asBytes(ephemeral), shared);
    return expected.equals(clientProof) ? expandHash(clientEphemeral, clientProof, shared) : null;
  };
  return { ephemeral: asBytes(ephemeral), answer };
};

const begin = async (password = PASSWORD) => {
  const modulus = await openModulus(SIGNED_MODULUS);
  const side = server(modulus, asNumber(await hashedPassword({ modulus, salt: SALT }, password)));
  return { side, challenge: { version: 4, modulus, salt: SALT, serverEphemeral: side.ephemeral } };
};

describe('a signed modulus', () => {
  it('is opened when Proton signed it', async () => {
    expect(await openModulus(SIGNED_MODULUS)).toHaveLength(256);
    expect(await openModulus(`${SIGNED_MODULUS}\n`)).toHaveLength(256);
  });

  it.each([
    ['with another number', SIGNED_MODULUS.replace('W2z5', 'W2z6')],
    ['with another signature', SIGNED_MODULUS.replace('AlupGN9', 'AlupGN8')],
    ['with data behind it', `${SIGNED_MODULUS}data`],
    ['with data before it', `data\n${SIGNED_MODULUS}`],
    ['that is bare', 'W2z5HBi8RvsfYzZTS7qBaUxxPhsfHJFZ'],
    ['that is empty', ''],
  ])('%s is refused', async (_, text) => {
    await expect(openModulus(text)).rejects.toMatchObject({
      code: 'vault.login-refused',
      facts: { reason: 'modulus' },
    });
  });
});

describe('a login by SRP', () => {
  it('convinces a server that knows the verifier, and is convinced by it', async () => {
    const { side, challenge } = await begin();
    const proofs = await srpProofs(challenge, PASSWORD);
    const answer = side.answer(proofs.clientEphemeral, proofs.clientProof);
    expect(answer).not.toBeNull();
    expect(isServerProof(answer ?? new Uint8Array(), proofs)).toBe(true);
  });

  it('convinces nobody with another password', async () => {
    const { side, challenge } = await begin();
    const proofs = await srpProofs(challenge, 'abc124');
    expect(side.answer(proofs.clientEphemeral, proofs.clientProof)).toBeNull();
  });

  it('is not convinced by a proof that differs in a bit or in length', async () => {
    const { challenge } = await begin();
    const proofs = await srpProofs(challenge, PASSWORD);
    const { expectedServerProof } = proofs;
    const altered = Uint8Array.from(expectedServerProof);
    altered[0] = (altered[0] ?? 0) ^ 1;
    expect(isServerProof(altered, proofs)).toBe(false);
    expect(isServerProof(expectedServerProof.subarray(1), proofs)).toBe(false);
    expect(isServerProof(new Uint8Array(), proofs)).toBe(false);
  });

  it('tells the same for the same secret and challenge, always', async () => {
    const modulus = await openModulus(SIGNED_MODULUS);
    const challenge = { version: 4, modulus, salt: SALT, serverEphemeral: asBytes(12_345_678_901_234_567_890n) };
    const proofs = await srpProofs(challenge, PASSWORD, () => 987_654_321n ** 20n);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    expect(Object.values(proofs).map(digest)).toEqual(KNOWN);
  });

  it.each([
    ['an ephemeral of zero', { serverEphemeral: asBytes(0n) }],
    ['an ephemeral of one', { serverEphemeral: asBytes(1n) }],
    ['a version without salt', { version: 2 }],
    ['a short modulus', { modulus: randomBytes(128) }],
    ['a modulus that is no prime', { modulus: Buffer.alloc(256, 0xff) }],
    ['a salt of another length', { salt: randomBytes(9) }],
  ])('refuses %s', async (_, change) => {
    const { challenge } = await begin();
    await expect(srpProofs({ ...challenge, ...change }, PASSWORD)).rejects.toMatchObject({
      code: 'vault.login-refused',
    });
  });

  it('refuses an ephemeral that is the modulus or next to it', async () => {
    const { challenge } = await begin();
    const n = asNumber(challenge.modulus);
    for (const ephemeral of [n, n - 1n]) {
      const bad = { ...challenge, serverEphemeral: asBytes(ephemeral) };
      await expect(srpProofs(bad, PASSWORD)).rejects.toMatchObject({ facts: { detail: 'ephemeral' } });
    }
  });
});

describe('numbers on the wire', () => {
  it('are little-endian bytes of the length of the modulus, there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 2048n - 1n }), (value) => {
        expect(asBytes(value)).toHaveLength(256);
        expect(asNumber(asBytes(value))).toBe(value);
      }),
    );
    expect(asBytes(258n).subarray(0, 3)).toEqual(Buffer.of(2, 1, 0));
  });

  it('are raised to powers as arithmetic has it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1000n }), fc.nat(60), fc.bigInt({ min: 2n, max: 10_000n }), (b, e, m) => {
        expect(power(b, BigInt(e), m)).toBe(b ** BigInt(e) % m);
      }),
    );
  });
});
