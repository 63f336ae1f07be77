import { ApiError } from '../api-error.js';
import type { Forks } from '../auth/forks.js';
import type { EmulatorNode, EmulatorSecret, FaultPlan, Knobs, RecordedCall } from '../contract.js';
import type { DriveHalf, EmulatorBlock, WebAppAct } from '../drive-half.js';
import type { HumanVerification } from '../server/human-verification.js';
import type { Session } from '../session.js';
import type { World } from '../world.js';

export interface ListedSession {
  readonly uid: string;
  readonly kind: Session['kind'];
  readonly parentUid: string | null;
  readonly revoked: boolean;
}

/** What the control API does, for a test in the same process. */
export class Controls {
  private readonly knobsAtStart: Knobs;

  constructor(
    private readonly world: World,
    private readonly drive: DriveHalf,
    private readonly forks: Forks,
    private readonly humanVerification: HumanVerification,
  ) {
    this.knobsAtStart = world.knobs;
  }

  calls(since = 0): readonly RecordedCall[] {
    return this.world.recorder.since(since);
  }

  forgetCalls(): void {
    this.world.recorder.forget();
  }

  fault(plan: FaultPlan): void {
    this.world.faults.add(plan);
  }

  faultsLeft(): readonly FaultPlan[] {
    return this.world.faults.left();
  }

  noFaults(): void {
    this.world.faults.clear();
  }

  knobs(): Knobs {
    return this.world.knobs;
  }

  turn(knobs: Partial<Knobs>): Knobs {
    const unknown = Object.keys(knobs).find((name) => !(name in this.world.knobs));
    if (unknown !== undefined) throw new ApiError(400, 2001, `No such knob: ${unknown}`);
    if (knobs.humanVerification !== undefined) this.humanVerification.reset();
    this.world.knobs = { ...this.world.knobs, ...knobs };
    return this.world.knobs;
  }

  /** The emulator's time after it. */
  advance(seconds: number): string {
    this.world.clock.advance(seconds);
    return new Date(this.world.clock.now()).toISOString();
  }

  nodes(): readonly EmulatorNode[] {
    return this.drive.nodes();
  }

  inWebApp(linkId: string, act: WebAppAct): Promise<void> {
    return this.drive.act(linkId, act);
  }

  blocks(): readonly EmulatorBlock[] {
    return this.drive.blocks();
  }

  ciphertext(blockId: string): Promise<Buffer | null> {
    return this.drive.ciphertext(blockId);
  }

  sessions(): readonly ListedSession[] {
    return this.world.sessions.all().map(({ uid, kind, parentUid, revoked }) => ({ uid, kind, parentUid, revoked }));
  }

  /** What nobody but the account's owner and Ballast's own sealed sessions may have. */
  secrets(): readonly EmulatorSecret[] {
    const { password, mailboxPassword, totpSecret, keyPassword } = this.world.account;
    return [
      { what: 'password', value: password },
      ...(mailboxPassword === null ? [] : [{ what: 'mailbox password', value: mailboxPassword }]),
      ...(totpSecret === null ? [] : [{ what: 'TOTP secret', value: totpSecret }]),
      { what: 'key password', value: keyPassword },
      ...this.world.sessions.tokensIssued(),
    ];
  }

  revoke(uid: string): void {
    this.world.sessions.revoke(this.session(uid));
  }

  expire(uid: string): void {
    this.world.sessions.expire(this.session(uid));
  }

  /** As the account's owner who opens the URL of a fork and agrees; the session that comes of it. */
  approve(url: string): { readonly uid: string } {
    return { uid: this.forks.approveUrl(url).uid };
  }

  solveHumanVerification(): void {
    this.humanVerification.solve();
  }

  /** An empty account, nobody logged in, no faults, nothing recorded, knobs as at the start. Its clock goes on. */
  async reset(): Promise<void> {
    this.world.faults.clear();
    this.world.recorder.forget();
    this.turn(this.knobsAtStart);
    this.world.sessions.reset();
    this.forks.reset();
    await this.drive.reset();
  }

  private session(uid: string): Session {
    const session = this.world.sessions.find(uid);
    if (!session) throw new ApiError(404, 2501, 'No such session');
    return session;
  }
}
