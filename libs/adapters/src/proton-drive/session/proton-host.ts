import { ConfigurationError } from '#platform/settings.js';

const isProton = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' && (hostname === 'proton.me' || hostname.endsWith('.proton.me'));

export interface ProtonHost {
  readonly protonUrl: string;
  readonly protonDevelopment: boolean;
}

/** What is wrong with the host of an API, or null: a session must reach nobody but Proton. */
export const hostProblem = ({ protonUrl, protonDevelopment }: ProtonHost): string | null =>
  protonDevelopment || isProton(new URL(protonUrl))
    ? null
    : 'BALLAST_PROTON_URL names another host than Proton’s. That is for tests alone and needs BALLAST_PROTON_DEVELOPMENT=true.';

/** The API's base URL, without a slash at the end. Throws ConfigurationError where `hostProblem` has something to say. */
export const protonApiUrl = (host: ProtonHost): string => {
  const problem = hostProblem(host);
  if (problem !== null) throw new ConfigurationError([problem]);
  const url = new URL(host.protonUrl);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};
