import type { ProtonDriveAccount } from '@protontech/drive-sdk';
import * as openpgp from 'openpgp';
import { APP_VERSION, json, type PlainSession } from './fork-login.js';

type Address = Awaited<ReturnType<ProtonDriveAccount['getOwnPrimaryAddress']>>;

export function authorised(session: PlainSession, headers: Headers = new Headers()): Headers {
  headers.set('x-pm-appversion', APP_VERSION);
  headers.set('x-pm-uid', session.uid);
  headers.set('authorization', `Bearer ${session.accessToken}`);
  return headers;
}

interface KeyRow {
  readonly ID: string;
  readonly PrivateKey: string;
  readonly Token: string;
}

interface AddressRow {
  readonly ID: string;
  readonly Email: string;
  readonly Keys: readonly KeyRow[];
}

/** The account with its keys unlocked, as the SDK wants it. */
export async function openAccount(session: PlainSession): Promise<ProtonDriveAccount> {
  const get = (path: string) => json(fetch(`${session.url}/${path}`, { headers: authorised(session) }));
  const { User } = (await get('core/v4/users')) as { readonly User: { readonly Keys: readonly KeyRow[] } };
  const { Addresses } = (await get('core/v4/addresses?Page=0&PageSize=50')) as {
    readonly Addresses: readonly AddressRow[];
  };
  const userKeys = await Promise.all(User.Keys.map(({ PrivateKey }) => unlocked(PrivateKey, session.keyPassword)));
  const addresses = await Promise.all(Addresses.map((row) => openAddress(row, userKeys)));
  const address = (wanted: (one: Address) => boolean): Address => {
    const found = addresses.find(wanted);
    if (found === undefined) throw new Error('The account has no such address');
    return found;
  };
  return {
    getOwnPrimaryAddress: async () => address(() => true),
    getOwnAddresses: async () => addresses,
    getOwnAddress: async (id) => address(({ email, addressId }) => id === email || id === addressId),
    hasProtonAccount: async () => true,
    // Own keys verify what the account itself has written.
    getPublicKeys: async (email) =>
      addresses.filter((one) => one.email === email).flatMap(({ keys }) => keys.map(({ key }) => key)),
  };
}

async function openAddress({ ID, Email, Keys }: AddressRow, userKeys: openpgp.PrivateKey[]): Promise<Address> {
  const keys = await Promise.all(
    Keys.map(async (row) => {
      const message = await openpgp.readMessage({ armoredMessage: row.Token });
      const { data } = await openpgp.decrypt({ message, decryptionKeys: userKeys });
      const passphrase = data as string;
      return { id: row.ID, key: (await unlocked(row.PrivateKey, passphrase)) as unknown as Address['keys'][0]['key'] };
    }),
  );
  return { addressId: ID, email: Email, primaryKeyIndex: 0, keys };
}

async function unlocked(armoredKey: string, passphrase: string): Promise<openpgp.PrivateKey> {
  return openpgp.decryptKey({ privateKey: await openpgp.readPrivateKey({ armoredKey }), passphrase });
}
