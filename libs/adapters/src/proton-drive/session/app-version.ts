import { VERSION } from '#platform/version.js';

export type ReleaseChannel = 'stable' | 'beta' | 'alpha';

/** How Ballast names itself to Proton, in the form that Proton asks of third-party applications: never as one of Proton's own. */
export const protonAppVersion = (channel: ReleaseChannel): string => `external-drive-ballast@${VERSION}-${channel}`;

/** The client id of third-party applications for session forks. */
export const PROTON_CLIENT_ID = 'external-drive';
