import type { ProtonDriveAccount, ProtonDriveAccountAddress } from '@protontech/drive-sdk';
import * as openpgp from 'openpgp';
import { z } from 'zod';
import { Fault } from '#domain/fault/fault.js';
import type { DriveHost } from '../../drive-host.js';
import { toleratedDate } from '../crypto/verification.js';
import type { ApiCalls } from '../http/api-calls.js';

type SdkPrivateKey = ProtonDriveAccountAddress['keys'][number]['key'];
type SdkPublicKey = Awaited<ReturnType<ProtonDriveAccount['getPublicKeys']>>[number];

const ADDRESSES_PAGE = 50;
const ENABLED = 1;

const Users = z.object({
  User: z.object({
    Keys: z.array(z.object({ ID: z.string(), PrivateKey: z.string(), Active: z.number() })),
    MaxSpace: z.number(),
    UsedSpace: z.number(),
  }),
});

const AddressKey = z.object({
  ID: z.string(),
  PrivateKey: z.string(),
  Token: z.string().nullish(),
  Signature: z.string().nullish(),
  Primary: z.number(),
  Active: z.number(),
});
type AddressKey = z.infer<typeof AddressKey>;

const Addresses = z.object({
  Addresses: z.array(
    z.object({
      ID: z.string(),
      Email: z.string(),
      Status: z.number(),
      Order: z.number().default(0),
      Keys: z.array(AddressKey).default([]),
    }),
  ),
});

/**
 * The account whose Drive is the vault, its keys unlocked by the key password that the host holds. Asked for once; a failure
 * is not remembered. Faults: `vault.keys-unusable` when the key password opens none of the keys, `vault.structure`.
 */
export class OwnAccount implements ProtonDriveAccount {
  #addresses: Promise<readonly ProtonDriveAccountAddress[]> | null = null;

  constructor(
    private readonly api: ApiCalls,
    private readonly host: Pick<DriveHost, 'keyPassword'>,
  ) {}

  async getOwnPrimaryAddress(): Promise<ProtonDriveAccountAddress> {
    const [primary] = await this.getOwnAddresses();
    if (!primary) throw new Fault('vault.keys-unusable', { reason: 'no-address' });
    return primary;
  }

  async getOwnAddresses(): Promise<ProtonDriveAccountAddress[]> {
    this.#addresses ??= this.#load().catch((error: unknown) => {
      this.#addresses = null;
      throw error;
    });
    return [...(await this.#addresses)];
  }

  async getOwnAddress(emailOrAddressId: string): Promise<ProtonDriveAccountAddress> {
    const own = (await this.getOwnAddresses()).find(
      ({ email, addressId }) => addressId === emailOrAddressId || same(email, emailOrAddressId),
    );
    if (!own) throw new Fault('vault.structure', { reason: 'unknown-address' });
    return own;
  }

  /** Ballast shares nothing with anybody. */
  async hasProtonAccount(): Promise<boolean> {
    return false;
  }

  /** Without own keys here, no manifest could be verified. Nobody else's signature is good for anything in the vault. */
  async getPublicKeys(email: string): Promise<SdkPublicKey[]> {
    const own = (await this.getOwnAddresses()).find((address) => same(address.email, email));
    return own?.keys.map(({ key }) => key) ?? [];
  }

  async isOwn(email: string): Promise<boolean> {
    return (await this.getOwnAddresses()).some((address) => same(address.email, email));
  }

  async space(): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    const { User: user } = await this.api.get('core/v4/users', Users);
    return { usedBytes: user.UsedSpace, maxBytes: user.MaxSpace };
  }

  async #load(): Promise<readonly ProtonDriveAccountAddress[]> {
    const [keyPassword, { User: user }, addresses] = await Promise.all([
      this.host.keyPassword(),
      this.api.get('core/v4/users', Users),
      this.#addressPages(),
    ]);
    const userKeys = await settled(
      user.Keys.filter(({ Active: active }) => active === ENABLED).map((key) => unlocked(key.PrivateKey, keyPassword)),
    );
    if (userKeys.length === 0) throw new Fault('vault.keys-unusable', { reason: 'user-keys' });
    const usable = addresses.filter(({ Status: status }) => status === ENABLED);
    const unlockedAddresses = await Promise.all(
      usable
        .toSorted((one, other) => one.Order - other.Order)
        .map((address) => opened(address, (key) => passphraseOf(key, { userKeys, keyPassword }))),
    );
    const own = unlockedAddresses.filter(({ keys }) => keys.length > 0);
    if (own.length === 0) throw new Fault('vault.keys-unusable', { reason: 'address-keys' });
    return own;
  }

  async #addressPages(): Promise<z.infer<typeof Addresses>['Addresses']> {
    const all: z.infer<typeof Addresses>['Addresses'] = [];
    for (let page = 0; page < 20; page++) {
      const { Addresses: found } = await this.api.get(
        `core/v4/addresses?Page=${page}&PageSize=${ADDRESSES_PAGE}`,
        Addresses,
      );
      all.push(...found);
      if (found.length < ADDRESSES_PAGE) break;
    }
    return all;
  }
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const settled = async <T>(attempts: readonly Promise<T>[]): Promise<readonly T[]> =>
  (await Promise.allSettled(attempts)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));

const unlocked = async (armoredKey: string, passphrase: string): Promise<openpgp.PrivateKey> =>
  openpgp.decryptKey({ privateKey: await openpgp.readPrivateKey({ armoredKey }), passphrase });

const opened = async (
  address: z.infer<typeof Addresses>['Addresses'][number],
  passphraseFor: (key: AddressKey) => Promise<string>,
): Promise<ProtonDriveAccountAddress> => {
  const keys = await settled(
    address.Keys.filter(({ Active: active }) => active === ENABLED).map(async (key) => ({
      id: key.ID,
      primary: key.Primary === 1,
      key: (await unlocked(key.PrivateKey, await passphraseFor(key))) as unknown as SdkPrivateKey,
    })),
  );
  return {
    email: address.Email,
    addressId: address.ID,
    primaryKeyIndex: Math.max(
      0,
      keys.findIndex(({ primary }) => primary),
    ),
    keys: keys.map(({ id, key }) => ({ id, key })),
  };
};

/** Keys made since 2021 have a passphrase of their own, sealed to the user's keys and signed by them. */
const passphraseOf = async (
  { Token: token, Signature: signature }: AddressKey,
  { userKeys, keyPassword }: { readonly userKeys: readonly openpgp.PrivateKey[]; readonly keyPassword: string },
): Promise<string> => {
  if (!token || !signature) return keyPassword;
  const { data } = (await openpgp.decrypt({
    message: await openpgp.readMessage({ armoredMessage: token }),
    signature: await openpgp.readSignature({ armoredSignature: signature }),
    decryptionKeys: [...userKeys],
    verificationKeys: [...userKeys],
    expectSigned: true,
    date: toleratedDate(),
  })) as { readonly data: string };
  return data;
};
