import { ApiError } from '../api-error.js';
import type { DriveHalf } from '../drive-half.js';
import { newId } from '../ids.js';
import type { Routes } from '../routes.js';
import type { World } from '../world.js';

/** Of keys as they have been since 2019; the number is not that of OpenPGP. */
const KEY_VERSION = 3;
/** Not compromised (1), not obsolete (2). */
const KEY_FLAGS = 3;

/** What an account tells of itself: its space, its addresses, its keys. */
export const addAccountRoutes = (world: World, drive: DriveHalf, routes: Routes): void => {
  routes.api('GET', '/core/v4/users', { scope: 'user', aliases: ['/users'] }, () => ({ User: user(world, drive) }));
  routes.api('GET', '/core/v4/addresses', { scope: 'user', aliases: ['/addresses'] }, ({ query }) => ({
    Addresses: Number(query.get('Page') ?? 0) > 0 ? [] : [address(world)],
    Total: 1,
  }));
  routes.api('GET', '/core/v4/keys/salts', { scope: 'locked', aliases: ['/keys/salts'] }, () => ({
    KeySalts: [
      { ID: world.account.userKey.id, KeySalt: world.account.keySalt },
      { ID: world.account.addressKey.id, KeySalt: null },
    ],
  }));
  routes.api('GET', '/core/v4/keys/all', { scope: 'user' }, ({ query }) => publicKeys(world, query.get('Email')));
  addCoreEvents(routes);
  routes.api('GET', '/tests/ping', { auth: 'none' }, () => ({}));
};

const user = ({ account, knobs }: World, drive: DriveHalf): object => {
  const used = drive.usedBytes();
  return {
    ID: account.userId,
    Name: account.username.split('@')[0],
    DisplayName: account.username,
    Email: account.email,
    Type: 1,
    Currency: 'EUR',
    Credit: 0,
    CreateTime: 0,
    MaxSpace: knobs.quotaBytes,
    UsedSpace: used,
    ProductUsedSpace: { Calendar: 0, Contact: 0, Drive: used, Mail: 0, Pass: 0 },
    MaxUpload: knobs.fileBytesMax,
    Subscribed: 0,
    Delinquent: 0,
    Private: 1,
    Role: 0,
    Keys: [
      {
        ID: account.userKey.id,
        Version: KEY_VERSION,
        Primary: 1,
        Active: 1,
        PrivateKey: account.userKey.armoredPrivate,
        Fingerprint: account.userKey.fingerprint,
      },
    ],
  };
};

const address = ({ account }: World): object => ({
  ID: account.addressId,
  Email: account.email,
  DisplayName: '',
  Status: 1,
  Type: 1,
  Order: 1,
  Send: 1,
  Receive: 1,
  HasKeys: 1,
  Keys: [
    {
      ID: account.addressKey.id,
      Version: KEY_VERSION,
      Flags: KEY_FLAGS,
      Primary: 1,
      Active: 1,
      PrivateKey: account.addressKey.armoredPrivate,
      PublicKey: account.addressKey.armoredPublic,
      Fingerprint: account.addressKey.fingerprint,
      Token: account.addressKey.token,
      Signature: account.addressKey.signature,
    },
  ],
});

const publicKeys = ({ account }: World, email: string | null): object => {
  if (email?.toLowerCase() !== account.email.toLowerCase()) {
    throw new ApiError(422, 33_102, 'This address does not exist. Please try again');
  }
  return {
    Address: { Keys: [{ Flags: KEY_FLAGS, PublicKey: account.addressKey.armoredPublic, Source: 0 }] },
    CatchAll: null,
    ProtonMX: true,
    Warnings: [],
  };
};

/** Nothing ever happens to the account itself. */
const addCoreEvents = (routes: Routes): void => {
  const last = newId();
  routes.api('GET', '/core/v4/events/latest', { aliases: ['/core/v5/events/latest'] }, () => ({ EventID: last }));
  routes.api('GET', '/core/v5/events/:event', { aliases: ['/core/v4/events/:event'] }, () => ({
    EventID: last,
    More: 0,
    Refresh: 0,
  }));
};
