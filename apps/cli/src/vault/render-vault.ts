import { formatBytes, formatDuration, formatTime } from '../terminal/format.js';
import { paint, printable, type Paint } from '../terminal/style.js';
import type { SessionState, VaultReport } from './vault-report.js';

export const renderVault = (report: VaultReport, now: Date, colour: boolean): string => {
  const tint = paint(colour);
  const lines = [
    `${tint('bold', report.vault)}  Proton Drive at ${report.api}, SDK ${report.sdkVersion}`,
    `  Session  ${sessionText(report.session, now, tint)}`,
    ...(report.space === null ? [] : [`  Space    ${spaceText(report.space)}`]),
    ...(report.limiter === null ? [] : [`  Budget   ${limiterText(report.limiter, now)}`]),
    `  Stops    ${report.stops.length === 0 ? tint('green', 'none') : ''}`.trimEnd(),
    ...report.stops.flatMap(({ cause, detail, openedAt, until, todo }) => [
      `    ${tint('red', cause)} (${printable(detail)}) since ${ago(new Date(openedAt), now)}${until === null ? '' : `, tried again ${formatTime(new Date(until))}`}`,
      `      ${todo}`,
    ]),
  ];
  return lines.join('\n');
};

const sessionText = (session: SessionState, now: Date, tint: Paint): string => {
  switch (session.state) {
    case 'none':
      return `${tint('yellow', 'none')}: run \`ballast vault login\``;
    case 'unreadable':
      return `${tint('red', 'unreadable')}: BALLAST_VAULT_KEYS lacks the key that sealed it; give it back, or log in anew`;
    case 'open': {
      const expiry =
        session.accessExpiresAt === null ? '' : `, its token ends ${formatTime(new Date(session.accessExpiresAt))}`;
      const alone = session.hasParent ? '' : ' (no parent: a crash while it is renewed costs a login)';
      return `${tint('green', 'open')} since ${ago(session.since, now)}, renewed ${ago(session.renewedAt, now)} ago${expiry}${alone}`;
    }
  }
};

const spaceText = ({ usedBytes, maxBytes }: NonNullable<VaultReport['space']>): string =>
  `${formatBytes(usedBytes)} of ${formatBytes(maxBytes)} used`;

const limiterText = ({ requestsPerSecond, pausedUntil }: NonNullable<VaultReport['limiter']>, now: Date): string => {
  const paused = pausedUntil !== null && pausedUntil > now ? `, paused until ${formatTime(pausedUntil)}` : '';
  return `${requestsPerSecond.toFixed(1)} requests/s for the whole fleet${paused}`;
};

const ago = (then: Date, now: Date): string => formatDuration(Math.max(0, now.getTime() - then.getTime()));
