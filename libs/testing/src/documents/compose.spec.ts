import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from './compose.js';
import { exists, ROOT } from './markdown.js';

const services = composeServices();
const ours = services.filter(({ text }) => text.includes('<<: *service'));

describe('docker-compose.yml', () => {
  it('has every service', () => {
    const wanted = ['cli', 'gateway', 'migrate', 'postgres', 'prometheus', 'reconciler', 'valkey', 'worker'];
    expect(services.map(({ name }) => name).sort()).toEqual(wanted);
  });

  it('publishes nothing beyond the loopback address', () => {
    const published = services.flatMap(({ text }) =>
      [...text.matchAll(/ports: \[(.*)\]/g)].map(([, ports = '']) => ports),
    );
    expect(published).toHaveLength(2);
    expect(published.filter((ports) => !ports.startsWith("'127.0.0.1:"))).toEqual([]);
  });

  it.each(ours)('hands $name each secret that it names, and no other', ({ environment, secrets }) => {
    const named = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.*)$/.exec(value)?.[1] ?? []);
    expect(named.sort()).toEqual([...secrets].sort());
  });

  it.each(ours)('gives $name no secret as a plain value', ({ environment }) => {
    expect(
      Object.keys(environment).filter((name) => /(?:URL|KEYS|PEPPER)$/.test(name) && name !== 'BALLAST_PUBLIC_URL'),
    ).toEqual([]);
  });

  it('mounts only files that exist', () => {
    const mounted = services.flatMap(({ text }) => [...text.matchAll(/- \.\/([^:]+):/g)].map(([, file = '']) => file));
    expect(mounted.length).toBeGreaterThan(0);
    expect(mounted.filter((file) => !exists(file))).toEqual([]);
  });
});

describe('deploy/make-secrets.sh', () => {
  let folder: string;
  const make = () => spawnSync('sh', [join(folder, 'make-secrets.sh')], { encoding: 'utf8' });
  const secrets = () => {
    const names = readdirSync(join(folder, 'secrets')).filter((name) => !name.startsWith('.'));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'secrets', name), 'utf8').trim()]));
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-secrets-'));
    cpSync(join(ROOT, 'deploy/make-secrets.sh'), join(folder, 'make-secrets.sh'));
    expect(make()).toMatchObject({ status: 0, stderr: '' });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes every secret that the compose file asks for', () => {
    const asked = [...new Set(services.flatMap((service) => service.secrets))];
    expect(Object.keys(secrets()).sort()).toEqual(asked.sort());
  });

  it('keeps other users of the host out, and lets those inside the containers read', () => {
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'secrets/token-pepper')).mode & 0o777).toBe(0o444);
  });

  it('writes addresses with the passwords that it made', () => {
    const { 'database-url': database = '', 'redis-url': redis = '', ...made } = secrets();
    expect(new URL(database)).toMatchObject({
      protocol: 'postgres:',
      username: 'ballast',
      password: made['postgres-password'],
    });
    expect(new URL(redis)).toMatchObject({ protocol: 'redis:', password: made['valkey-password'], hostname: 'valkey' });
    expect(made['valkey-conf']).toContain(`requirepass ${made['valkey-password'] ?? ''}\n`);
    expect(made['valkey-conf']).toMatch(/^maxmemory-policy noeviction$/m);
    expect(made['valkey-conf']).toMatch(/^appendonly yes$/m);
  });

  it('keeps what is there when it runs again', () => {
    const before = secrets();
    expect(make().status).toBe(0);
    expect(secrets()).toEqual(before);
  });
});
