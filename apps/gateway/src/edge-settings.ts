import { readFileSync } from 'node:fs';
import { ConfigurationError, count, duration, port, setting, type SettingsOf } from '#platform/settings.js';
import { z } from 'zod';
import type { Tls } from './http/server.js';

const SECOND_MS = 1_000;
const between = (least: number, most: number) => duration.pipe(z.number().min(least).max(most));

const publicUrl = z
  .string()
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === ''
    );
  }, 'expected http(s)://host[:port][/path] with no user, query or fragment')
  .transform((text) => text.replace(/\/+$/, ''));

/** What the gateway itself is told; its adapters bring their own. */
export const edgeSettings = {
  publicUrl: setting(
    'BALLAST_PUBLIC_URL',
    'Where clients reach the gateway; every address given to them begins with it.',
    publicUrl,
  ),
  host: setting('BALLAST_GATEWAY_HOST', 'Address that the gateway listens on.', z.string().default('127.0.0.1')),
  port: setting('BALLAST_GATEWAY_PORT', 'Port that the gateway listens on; 0 takes a free one.', port.default(8080)),
  tlsCertFile: setting(
    'BALLAST_TLS_CERT_FILE',
    'Certificate chain (PEM). With it the gateway speaks TLS and HTTP/2 by itself.',
    z.string().optional(),
  ),
  tlsKeyFile: setting('BALLAST_TLS_KEY_FILE', 'Private key (PEM) of the certificate.', z.string().optional()),
  documentationUrl: setting(
    'BALLAST_DOCUMENTATION_URL',
    'Page that explains errors, each under its code as the anchor. Default: the page of this gateway.',
    z.url().optional(),
  ),
  waitMs: setting(
    'BALLAST_WAIT',
    'How long a batch or an HTTP/1.1 verify waits for durability; clients give up on 30 s of silence.',
    between(0, 28 * SECOND_MS).prefault('25s'),
  ),
  waitHttp2Ms: setting(
    'BALLAST_WAIT_HTTP2',
    'How long a verify waits over HTTP/2, where PINGs keep the connection alive.',
    between(0, 3_600 * SECOND_MS).prefault('240s'),
  ),
  noProgressTimeoutMs: setting(
    'BALLAST_NO_PROGRESS_TIMEOUT',
    'How long a transfer may stand still before it is ended.',
    between(SECOND_MS, 3_600 * SECOND_MS).prefault('60s'),
  ),
  transfersMax: setting(
    'BALLAST_TRANSFERS_MAX',
    'Transfers that one gateway process carries at once.',
    count(1, 100_000).default(512),
  ),
  connectionsMax: setting(
    'BALLAST_CONNECTIONS_MAX',
    'Connections that one gateway process holds at once.',
    count(1, 1_000_000).default(10_000),
  ),
  drainMs: setting(
    'BALLAST_DRAIN_TIMEOUT',
    'How long running transfers may go on when the gateway is told to stop.',
    between(0, 55 * SECOND_MS).prefault('30s'),
  ),
};

export type EdgeConfig = SettingsOf<typeof edgeSettings>;

/** Null without TLS. Throws ConfigurationError when half of it is set, or a file cannot be read. */
export const readTls = ({ tlsCertFile, tlsKeyFile }: EdgeConfig): Tls | null => {
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return null;
  const problems: string[] = [];
  const read = (name: string, file: string | undefined): Buffer => {
    try {
      if (file !== undefined) return readFileSync(file);
      problems.push(`${name} is required when the other half of TLS is set`);
    } catch (error) {
      problems.push(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
    }
    return Buffer.alloc(0);
  };
  const tls = { cert: read('BALLAST_TLS_CERT_FILE', tlsCertFile), key: read('BALLAST_TLS_KEY_FILE', tlsKeyFile) };
  if (problems.length > 0) throw new ConfigurationError(problems);
  return tls;
};
