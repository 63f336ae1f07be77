import {
  VaultAccount,
  type AccountSpace,
  type ForkLogin,
  type LoginAnswers,
} from '#application/ports/vault-account.js';
import type { AccountIdentity } from '#application/ports/bound-account.js';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import { decryptKey, readPrivateKey } from 'openpgp';
import type { AccountUser, AuthApi, LoggedIn, Tokens } from './auth-api.js';
import { forkKey, forkUrl, openForkPayload } from './fork.js';
import { keyPassword } from './key-password.js';
import { openModulus } from './modulus.js';
import { isServerProof, srpProofs } from './srp.js';

const NOT_YET = 422;
const NO_SUCH_THING = 2501;

/** Sessions at Proton. */
export class ProtonAccount extends VaultAccount {
  constructor(private readonly api: AuthApi) {
    super();
  }

  override async beginFork(): Promise<ForkLogin> {
    const { selector, userCode } = await this.api.offerFork();
    const key = forkKey();
    const take = async (): Promise<VaultSession | null> => {
      try {
        const { tokens, payload } = await this.api.takeFork(selector, 'login');
        return { ...tokens, keyPassword: openForkPayload(payload ?? '', key) };
      } catch (error) {
        if (isFault(error, 'vault.login-refused') && error.facts['status'] === NOT_YET) return null;
        throw error;
      }
    };
    return { url: forkUrl(userCode, key), code: userCode, take };
  }

  override async withPassword(answers: LoginAnswers): Promise<VaultSession> {
    const username = await answers.username();
    const password = await answers.password();
    const loggedIn = await this.prove(username, password);
    try {
      return await this.complete(loggedIn, password, answers);
    } catch (error) {
      // Half a login is of no use and would stay in the account's list of sessions.
      await this.api.logout(loggedIn.tokens).catch(() => undefined);
      throw error;
    }
  }

  override async fork(parent: VaultSession): Promise<VaultSession> {
    const { tokens } = await this.api.takeFork(await this.api.makeFork(parent), 'session');
    return { ...tokens, keyPassword: parent.keyPassword };
  }

  override async refresh(session: VaultSession): Promise<VaultSession> {
    return { ...(await this.api.refresh(session)), keyPassword: session.keyPassword };
  }

  override async check(session: VaultSession): Promise<AccountSpace> {
    const user = await this.api.user(session);
    if (!(await unlocks(user, session.keyPassword))) {
      throw new Fault('vault.session-refused', { reason: 'key-password' });
    }
    const { usedBytes, maxBytes } = user;
    return { usedBytes, maxBytes };
  }

  override async identify(session: VaultSession): Promise<AccountIdentity> {
    const { id } = await this.api.user(session);
    return { user: id, volume: await this.volume(session) };
  }

  override async volume(session: VaultSession): Promise<string | null> {
    try {
      return await this.api.volume(session);
    } catch (error) {
      if (isFault(error, 'vault.refused') && error.facts['code'] === NO_SUCH_THING) return null;
      throw error;
    }
  }

  override async revoke(session: VaultSession): Promise<void> {
    try {
      await this.api.logout(session);
    } catch (error) {
      if (!isFault(error, 'vault.session-refused')) throw error;
    }
  }

  private async prove(username: string, password: string): Promise<LoggedIn> {
    const info = await this.api.loginInfo(username);
    const proofs = await srpProofs(
      {
        version: info.version,
        modulus: await openModulus(info.modulus),
        serverEphemeral: Buffer.from(info.serverEphemeral, 'base64'),
        salt: Buffer.from(info.salt, 'base64'),
      },
      password,
    );
    const loggedIn = await this.api.login({
      username,
      srpSession: info.srpSession,
      clientEphemeral: Buffer.from(proofs.clientEphemeral).toString('base64'),
      clientProof: Buffer.from(proofs.clientProof).toString('base64'),
    });
    if (isServerProof(Buffer.from(loggedIn.serverProof, 'base64'), proofs)) return loggedIn;
    throw new Fault('vault.login-refused', { reason: 'server-proof' });
  }

  private async complete(
    { tokens, secondFactor, separateMailboxPassword }: LoggedIn,
    password: string,
    answers: LoginAnswers,
  ): Promise<VaultSession> {
    if (secondFactor === 'security-key') throw new Fault('vault.login-refused', { reason: 'security-key' });
    if (secondFactor === 'totp') await this.api.secondFactor(tokens, await answers.secondFactor());
    const keyed = separateMailboxPassword ? await answers.mailboxPassword() : password;
    return { ...tokens, keyPassword: await this.keyPasswordOf(tokens, keyed) };
  }

  /** Derived now, while the login is fresh: later the salts are refused to third parties. */
  private async keyPasswordOf(tokens: Tokens, password: string): Promise<string> {
    const user = await this.api.user(tokens);
    const derived = await keyPassword(password, user.primaryKey.id, await this.api.keySalts(tokens));
    if (await unlocks(user, derived)) return derived;
    throw new Fault('vault.login-refused', { reason: 'mailbox-password' });
  }
}

const unlocks = async ({ primaryKey }: AccountUser, passphrase: string): Promise<boolean> => {
  try {
    await decryptKey({ privateKey: await readPrivateKey({ armoredKey: primaryKey.armored }), passphrase });
    return true;
  } catch {
    return false;
  }
};
