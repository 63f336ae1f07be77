import type { DriveTables } from './model/drive-tables.js';
import { storedBytes, type FileLink, type Link, type Revision, type Volume } from './model/records.js';

const LINK_STATES = { draft: 0, active: 1, trashed: 2 } as const;
const LINK_TYPES = { folder: 1, file: 2 } as const;
const REVISION_STATES = { draft: 0, active: 1, obsolete: 2 } as const;

export function linkDetails(tables: DriveTables, link: Link): object {
  const Link = {
    LinkID: link.linkId,
    Type: LINK_TYPES[link.type],
    ParentLinkID: link.parentLinkId,
    State: LINK_STATES[link.state],
    CreateTime: link.createdAt,
    ModifyTime: link.modifiedAt,
    TrashTime: link.trashedAt,
    Name: link.name,
    NameHash: link.nameHash,
    NodeKey: link.nodeKey,
    NodePassphrase: link.nodePassphrase,
    NodePassphraseSignature: link.nodePassphraseSignature,
    SignatureEmail: link.signatureEmail,
    NameSignatureEmail: link.nameSignatureEmail,
    DirectPermissions: null,
  };
  const volume = tables.volume(link.volumeId);
  const shared = volume?.rootLinkId === link.linkId ? { ShareID: volume.share.shareId, ShareURLID: null } : null;
  const others = { Sharing: shared, Membership: null, Album: null };
  return link.type === 'folder'
    ? { Link, Folder: { NodeHashKey: link.nodeHashKey, XAttr: link.xAttr }, File: null, ...others }
    : { Link, Folder: null, File: fileDetails(tables, link), ...others };
}

function fileDetails(tables: DriveTables, link: FileLink): object {
  const active = link.activeRevisionId === null ? undefined : tables.revision(link.activeRevisionId);
  return {
    TotalEncryptedSize: tables.revisions(link.linkId).reduce((sum, revision) => sum + storedBytes(revision), 0),
    ContentKeyPacket: link.contentKeyPacket,
    ContentKeyPacketSignature: link.contentKeyPacketSignature,
    MediaType: link.mediaType,
    ActiveRevision:
      active === undefined
        ? null
        : {
            RevisionID: active.revisionId,
            CreateTime: active.createdAt,
            EncryptedSize: storedBytes(active),
            ManifestSignature: active.manifestSignature,
            XAttr: active.xAttr,
            Thumbnails: [],
            SignatureEmail: active.signatureEmail,
            Photo: null,
          },
  };
}

/** Without its blocks. */
export function revisionDetails(revision: Revision): object {
  return {
    ID: revision.revisionId,
    ManifestSignature: revision.manifestSignature,
    Size: storedBytes(revision),
    State: REVISION_STATES[revision.state],
    XAttr: revision.xAttr,
    Thumbnail: 0,
    ThumbnailHash: null,
    ThumbnailSize: 0,
    Thumbnails: [],
    ClientUID: revision.clientUid,
    CreateTime: revision.createdAt,
    SignatureEmail: revision.signatureEmail,
    SignatureAddress: revision.signatureEmail,
    Photo: null,
  };
}

export function volumeDetails(tables: DriveTables, volume: Volume): object {
  const { volumeId, share, rootLinkId, createdAt } = volume;
  return {
    ID: volumeId,
    VolumeID: volumeId,
    CreateTime: createdAt,
    CreationTime: createdAt,
    ModifyTime: createdAt,
    MaxSpace: null,
    UsedSpace: tables.usedBytes(),
    DownloadedBytes: 0,
    UploadedBytes: 0,
    State: 1,
    Type: 1,
    Share: { ShareID: share.shareId, ID: share.shareId, LinkID: rootLinkId },
  };
}
