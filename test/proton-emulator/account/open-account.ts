import { randomBytes } from 'node:crypto';
import { DEFAULT_ACCOUNT, type EmulatorAccount } from '../contract.js';
import { newId } from '../ids.js';
import type { Chapter, Store } from '../store.js';
import { keyPasswordOf, verifierOf } from '../auth/srp-server.js';
import type { Account, AccountKey } from './account.js';
import { generateAddressKey, generateUserKey } from './account-keys.js';

const LOGIN_SALT_BYTES = 10;
const KEY_SALT_BYTES = 16;

/** The account that the directory has, whatever is wanted now; a new one where there is none. */
export const openAccount = async (store: Store, wanted: Partial<EmulatorAccount>): Promise<Account> => {
  const chapter: Chapter<Account> = store.chapter<Account>('account', (): Account => account);
  const account: Account = chapter.kept ?? (await newAccount({ ...DEFAULT_ACCOUNT, ...wanted }));
  if (!chapter.kept) chapter.changed();
  return account;
};

const newAccount = async (chosen: EmulatorAccount): Promise<Account> => {
  const loginSalt = randomBytes(LOGIN_SALT_BYTES);
  const keySalt = randomBytes(KEY_SALT_BYTES);
  const email = chosen.username.includes('@') ? chosen.username : `${chosen.username}@proton.test`;
  const keyPassword = await keyPasswordOf(chosen.mailboxPassword ?? chosen.password, keySalt);
  const user = await generateUserKey(email, keyPassword);
  const address = await generateAddressKey(email, user);
  return {
    ...chosen,
    userId: newId(),
    addressId: newId(),
    email,
    userKey: identified(user.locked),
    addressKey: { ...identified(address.locked), token: address.token, signature: address.signature },
    keySalt: keySalt.toString('base64'),
    keyPassword,
    loginSalt: loginSalt.toString('base64'),
    verifier: await verifierOf(chosen.password, loginSalt),
  };
};

const identified = (key: Omit<AccountKey, 'id'>): AccountKey => ({ id: newId(), ...key });
