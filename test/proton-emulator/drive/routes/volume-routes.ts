import { z } from 'zod';
import { createVolume } from '../model/folders.js';
import type { Link, Volume } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { linkDetails, volumeDetails } from '../links-on-the-wire.js';
import { armored, param, read } from '../request.js';
import type { DriveRoutes } from './drive-routes.js';

const CreateVolume = z.object({
  AddressID: z.string(),
  AddressKeyID: z.string(),
  ShareKey: armored,
  SharePassphrase: armored,
  SharePassphraseSignature: armored,
  FolderName: armored,
  FolderKey: armored,
  FolderPassphrase: armored,
  FolderPassphraseSignature: armored,
  FolderHashKey: armored,
});

/** The volume, its share and its root: `my-files`, made by the first client that finds none. */
export function addVolumeRoutes(routes: DriveRoutes): void {
  const { tables, world } = routes.drive;

  const volume = (found: Volume | undefined): { readonly volume: Volume; readonly root: Link } => {
    const root = found === undefined ? undefined : tables.link(found.rootLinkId);
    if (found === undefined || root === undefined) throw new DriveRefusal('absent', 'Volume not found');
    return { volume: found, root };
  };

  routes.on('GET', '/drive/v2/shares/my-files', () => {
    const { volume: own, root } = volume(tables.volumes()[0]);
    return {
      Volume: { VolumeID: own.volumeId, UsedSpace: tables.usedBytes() },
      Share: {
        ShareID: own.share.shareId,
        CreatorEmail: own.share.creatorEmail,
        ...keys(own),
        AddressID: own.share.addressId,
      },
      Link: linkDetails(tables, root),
    };
  });

  routes.on('POST', '/drive/volumes', (call) => {
    const order = read(CreateVolume, call.body);
    const { addressId, addressKey, email } = world.account;
    if (order.AddressID !== addressId || order.AddressKeyID !== addressKey.id) {
      throw new DriveRefusal('invalid', 'The address or its key is not of this account');
    }
    const made = routes.drive.context;
    const created = createVolume(
      made,
      {
        ...{ addressId, addressKeyId: addressKey.id, creatorEmail: email, key: order.ShareKey },
        ...{ passphrase: order.SharePassphrase, passphraseSignature: order.SharePassphraseSignature },
      },
      {
        ...{ name: order.FolderName, nameHash: null, nodeKey: order.FolderKey },
        ...{ nodePassphrase: order.FolderPassphrase, nodePassphraseSignature: order.FolderPassphraseSignature },
        ...{ signatureEmail: email, nameSignatureEmail: email },
      },
      { nodeHashKey: order.FolderHashKey, xAttr: null },
    );
    routes.drive.changed();
    return { Volume: volumeDetails(tables, created) };
  });

  routes.on('GET', '/drive/volumes', () => ({ Volumes: tables.volumes().map((own) => volumeDetails(tables, own)) }));

  routes.on('GET', '/drive/volumes/:v', (call) => {
    return { Volume: volumeDetails(tables, volume(tables.volume(param(call, 'v'))).volume) };
  });

  routes.on('GET', '/drive/shares/:s', (call) => {
    const found = tables.volumes().find(({ share }) => share.shareId === param(call, 's'));
    if (found === undefined) throw new DriveRefusal('absent', 'Share not found');
    return shareDetails(found);
  });
}

const keys = ({ share }: Volume): object => ({
  Key: share.key,
  Passphrase: share.passphrase,
  PassphraseSignature: share.passphraseSignature,
});

function shareDetails(volume: Volume): object {
  const { volumeId, share, rootLinkId, createdAt } = volume;
  return {
    ShareID: share.shareId,
    VolumeID: volumeId,
    Type: 1,
    State: 1,
    VolumeType: 1,
    Creator: share.creatorEmail,
    Locked: false,
    CreateTime: createdAt,
    CreationTime: createdAt,
    ModifyTime: createdAt,
    LinkID: rootLinkId,
    LinkType: 1,
    PermissionsMask: 0,
    Flags: 1,
    BlockSize: 4 * 1024 * 1024,
    VolumeSoftDeleted: false,
    ...keys(volume),
    AddressID: share.addressId,
    AddressKeyID: share.addressKeyId,
    Memberships: [],
    PossibleKeyPackets: [],
    RootLinkRecoveryPassphrase: null,
  };
}
