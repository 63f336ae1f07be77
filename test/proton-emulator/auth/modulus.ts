/**
 * A genuine SRP modulus, signed by Proton's own key, so that clients verify the signature as against the real service.
 * Public: `server/backend/modulus.asc` and `.sig` of github.com/ProtonMail/go-proton-api (MIT License, Copyright (c) 2020
 * James Houlahan, Copyright (c) 2022 Proton AG), here as one cleartext-signed message.
 */
export const SIGNED_MODULUS = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

+88jb48lF5TyDBveyHZ7QhSvtc4V3pN8/eQW6kk6ok2egy4lr5Wz9h8iZP3erN9lReSx1Lk+WsLu1b3soDhXX/twTCUhxYwjS8r983aEshZJJq7p5tNroQ5pzrZMbK8Oszjajgdg2YzcMcaJqb9+Doi7egj/esUQ+Q7BWdxeK77Wafj9v7PiW6Ozx6ulppu1mZ+YGnXSXJsl1Cl4nPm7PNkgj4BQT3HLrxakh7Xc3agmepRKO/1jLaOBU/oO17URbA5rwh/ZlAOqEAKH5vJ+hA2acM3Bwsa/K8I/jWicxOoaLZ4RZFpLYvOxGbb4DggR2Ri/C6tNyeEQQKAtxpeV5g==
-----BEGIN PGP SIGNATURE-----

wl4EARYIABAFAlwB1j0JEDUFhcTpUY8mAAD61gEAo0Uds/t3Fqwq55nOTHlC
Qxj5Q4Ff30YooWIBzvRFtMcA/1LrPUlo++7235+G4JBFJlCw4X4dyTEvhvy7
DLwA/YAJ
=j5fA
-----END PGP SIGNATURE-----
`;

/** The 256 bytes inside, little-endian. */
export const MODULUS = Buffer.from(/\n\n(\S+)\n/.exec(SIGNED_MODULUS)?.[1] ?? '', 'base64');
