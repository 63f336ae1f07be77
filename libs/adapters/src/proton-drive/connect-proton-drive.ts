import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { HealPlacement } from '#application/heal-placement/heal-placement.js';
import type { LeasedWork } from '#application/leased-work/leased-work.js';
import type { BoundAccount } from '#application/ports/bound-account.js';
import type { Clock, Random } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { Leases } from '#application/ports/lease.js';
import type { PlacedNodes } from '#application/ports/placed-nodes.js';
import type { RequestBudget } from '#application/ports/request-budget.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import type { VaultIndex } from '#application/ports/vault-index.js';
import type { VaultSessions } from '#application/ports/vault-sessions.js';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import type { SettingsOf } from '#platform/settings.js';
import type { DriveHost } from './drive-host.js';
import { Brakes } from './failure/brakes.js';
import { FleetBudget } from './failure/fleet-budget.js';
import { Gate } from './failure/gate.js';
import { RoomLook } from './failure/room-look.js';
import { keptDrives } from './kept-drives.js';
import { ClientSlots } from './pool/client-slots.js';
import type { RunningDrive } from './pool/kept-drive.js';
import { SdkProcess, type SdkProcessOptions } from './pool/sdk-process.js';
import type { SdkStart } from './pool/sdk-service.js';
import type { protonDriveSettings } from './proton-drive-settings.js';
import { AccountGuard } from './session/account-guard.js';
import { protonAppVersion } from './session/app-version.js';
import { protonAccount, sessionBreaker, sessionKeeper } from './session/connect-session.js';
import { observedCall } from './session/observed-call.js';
import { protonApiUrl } from './session/proton-host.js';
import { ProtonDriveVault } from './vault/proton-drive-vault.js';
import { ProtonDriveVerification } from './vault/proton-drive-verification.js';
import { ChangedNodes } from './watch/changed-nodes.js';
import { PlacementRepair } from './watch/placement-repair.js';
import { VolumeWatch } from './watch/volume-watch.js';

export interface ProtonDrivePorts {
  readonly bound: BoundAccount;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly conditions: VaultConditions;
  readonly events: EventStore;
  readonly index: VaultIndex;
  readonly leases: Leases;
  readonly random: Random;
  readonly sessions: VaultSessions;
}

export interface ProtonDriveOptions {
  /** As placements name it. */
  readonly vault: string;
  readonly settings: SettingsOf<typeof protonDriveSettings>;
  readonly logger: Logger;
  /** Of specs, which run from source. */
  readonly program?: SdkProcessOptions['program'] | undefined;
}

/** What following the vault's own events needs beside the vault. */
export interface WatchTools {
  readonly placed: PlacedNodes;
  readonly heal: HealPlacement;
  readonly leased: LeasedWork;
}

export interface ConnectedProtonDrive {
  readonly vault: ProtonDriveVault;
  readonly verification: ProtonDriveVerification;
  /** To be run by whoever keeps placements in order; ends before `close`. */
  watch(tools: WatchTools): VolumeWatch;
  close(): Promise<void>;
}

/**
 * The vault in Proton Drive with all that it needs: processes that run the SDK, and what they share with the fleet. Sends nothing
 * by itself: without a session it stands there, and its calls reject with `vault.session-refused`. Throws ConfigurationError
 * for a host that is not Proton's.
 */
export const connectProtonDrive = (ports: ProtonDrivePorts, options: ProtonDriveOptions): ConnectedProtonDrive => {
  const { settings, vault: name, logger } = options;
  const baseUrl = protonApiUrl(settings);
  const { gate, brakes, history } = gateOf(ports, options);
  const api = { baseUrl, appVersion: protonAppVersion(settings.protonChannel) };
  const { clock, random, leases, index, sessions, conditions } = ports;
  // What the keeper stops has to hold for this process at once, not only once the fleet has heard of it.
  const breaker = { ...sessionBreaker(history), stop: brakes.open.bind(brakes) };
  const account = protonAccount(settings, clock);
  const keeper = sessionKeeper(account, { sessions, leases, history, clock, random }, breaker);
  const guard = new AccountGuard(keeper, account, ports.bound, { gate, breaker });
  const spaceSeen = gate.spaceSeen.bind(gate);
  const room = new RoomLook(gate, {
    clock,
    space: async () => {
      const session = await keeper.session(null);
      return observedCall(gate, 'GET core/v4/users', () => account.check(session));
    },
    seen: spaceSeen,
  });
  const host = hostOf(gate, room, guard);
  const start = starting({ ...api, ...sdkSettings(options) }, host, { ports, options });
  const size = { processes: settings.protonProcesses, transfersMax: settings.protonTransfersMax };
  const kept = keptDrives(size, { start, clock, random, logger });
  const { drive } = kept;
  const vault = new ProtonDriveVault(name, { drive, index, leases, clock, conditions, spaceSeen });
  const verification = new ProtonDriveVerification(drive, random);
  return {
    vault,
    verification,
    watch: ({ placed, heal, leased }) => {
      const repair = new PlacementRepair({ drive, vault, verification, heal }, logger);
      const changed = new ChangedNodes(drive, placed, repair);
      const deps = { drive, placed, changed, repair, leased, clock };
      return new VolumeWatch(deps, { vault: name, periodMs: settings.protonWatchPeriodMs }, logger);
    },
    close: async () => {
      await kept.close();
      gate.close();
    },
  };
};

const gateOf = (
  { budget, clock, conditions, events, leases }: ProtonDrivePorts,
  { settings, vault, logger }: ProtonDriveOptions,
): { readonly gate: Gate; readonly brakes: Brakes; readonly history: VaultHistory } => {
  const history = new VaultHistory(events, clock, vault);
  const fleet = { conditions, stop: new StopVault(history), resume: new ResumeVault(history), leases };
  const brakes = new Brakes(fleet, clock, logger);
  const gate = new Gate(brakes, new FleetBudget(budget, clock, settings.protonRequestsPerSecond));
  return { gate, brakes, history };
};

const hostOf = (gate: Gate, room: RoomLook, guard: AccountGuard): DriveHost => ({
  permit: (signal) => room.permit(signal),
  observed: (observation) => gate.observed(observation),
  tokens: (refused) => guard.tokens(refused),
  keyPassword: () => guard.keyPassword(),
});

const sdkSettings = ({ settings, logger }: ProtonDriveOptions) => ({
  development: settings.protonDevelopment,
  transfersMax: settings.protonTransfersMax,
  debug: logger.isLevelEnabled('debug'),
});

/** Starts a process of the SDK under a client uid that is its own for as long as it lives. */
const starting = (
  config: Omit<SdkStart, 'clientUidPrefix'>,
  host: DriveHost,
  { ports, options }: { readonly ports: ProtonDrivePorts; readonly options: ProtonDriveOptions },
): (() => Promise<RunningDrive>) => {
  const { vault, logger, program } = options;
  const slots = new ClientSlots(ports.leases, ports.clock, vault);
  const installation = createHash('sha256').update(`${hostname()}\n${vault}`).digest('hex').slice(0, 12);
  const listeners: SdkProcessOptions['listeners'] = {
    telemetry: (event) => {
      metrics.protonSdkEvents.inc({ event: event.event });
      logger.debug({ sdk: event }, 'measured by the Proton Drive SDK');
    },
    debugLine: (line) => logger.debug({ line }, 'said by the Proton Drive SDK'),
  };
  return async () => {
    const slot = await slots.claim();
    try {
      const clientUidPrefix = `ballast-${installation}-${slot.number}`;
      const process = await SdkProcess.start(
        { ...config, clientUidPrefix },
        { host, listeners, logger, ...(program === undefined ? {} : { program }) },
      );
      void process.ended.then(() => slot.release());
      return process;
    } catch (error) {
      await slot.release();
      throw error;
    }
  };
};
