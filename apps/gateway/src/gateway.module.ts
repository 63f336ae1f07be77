import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Authenticate } from '#application/authorize/authenticate.js';
import { RedeemAction } from '#application/authorize/redeem-action.js';
import { RepositoryAccess } from '#application/authorize/repository-access.js';
import { OfferBatch } from '#application/offer-batch/offer-batch.js';
import { OfferDownload } from '#application/offer-batch/offer-download.js';
import { OfferUpload } from '#application/offer-batch/offer-upload.js';
import { SettledLinks } from '#application/offer-batch/settled-links.js';
import { FollowHydration } from '#application/open-object/follow-hydration.js';
import { OpenLinkedObject } from '#application/open-object/open-object.js';
import { ActionSigner } from '#application/ports/actions.js';
import { Catalogue } from '#application/ports/catalogue.js';
import { Clock, Random } from '#application/ports/clock.js';
import { Durability } from '#application/ports/durability.js';
import { EventStore } from '#application/ports/event-store.js';
import { Hashing } from '#application/ports/hashing.js';
import { HotTier } from '#application/ports/hot-tier.js';
import { Outbox } from '#application/ports/outbox.js';
import { TokenCodec, Tokens } from '#application/ports/tokens.js';
import { VaultConditions } from '#application/ports/vault-conditions.js';
import { ReceiveObject } from '#application/receive-object/receive-object.js';
import { VerifyObject } from '#application/verify-object/verify-object.js';
import { provide, provideAs, valueToken } from '#platform/provide.js';
import { BatchController } from './batch/batch.controller.js';
import { BatchReply } from './batch/batch-reply.js';
import type { EdgeConfig } from './edge-settings.js';
import { DocumentationController } from './documentation/documentation.controller.js';
import { Admission } from './http/admission.js';
import { Draining } from './http/draining.js';
import { Transfers } from './http/transfers.js';
import { Waiting } from './http/waiting.js';
import { LocksController } from './locks/locks.controller.js';
import { DownloadController } from './transfer/download.controller.js';
import { Redemption } from './transfer/redemption.js';
import { UploadController } from './transfer/upload.controller.js';
import { VerifyController } from './verify/verify.controller.js';

/** The ports that the gateway is plugged into: real adapters in main.ts, memory in specs. */
export interface GatewayPorts {
  readonly actionSigner: ActionSigner;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly durability: Durability;
  readonly eventStore: EventStore;
  readonly hashing: Hashing;
  readonly hotTier: HotTier;
  readonly outbox: Outbox;
  readonly random: Random;
  readonly tokenCodec: TokenCodec;
  readonly tokens: Tokens;
  readonly vaultConditions: VaultConditions;
}

const CONFIG = valueToken<EdgeConfig>('gateway config');

const portProviders = (ports: GatewayPorts): Provider[] => [
  { provide: ActionSigner, useValue: ports.actionSigner },
  { provide: Catalogue, useValue: ports.catalogue },
  { provide: Clock, useValue: ports.clock },
  { provide: Durability, useValue: ports.durability },
  { provide: EventStore, useValue: ports.eventStore },
  { provide: Hashing, useValue: ports.hashing },
  { provide: HotTier, useValue: ports.hotTier },
  { provide: Outbox, useValue: ports.outbox },
  { provide: Random, useValue: ports.random },
  { provide: TokenCodec, useValue: ports.tokenCodec },
  { provide: Tokens, useValue: ports.tokens },
  { provide: VaultConditions, useValue: ports.vaultConditions },
];

const useCases: Provider[] = [
  provide(Authenticate, [Tokens, TokenCodec, Clock]),
  provide(RepositoryAccess, [Catalogue, Clock]),
  provide(RedeemAction, [ActionSigner, Authenticate, RepositoryAccess]),
  provide(SettledLinks, [Catalogue, Durability, VaultConditions]),
  provide(OfferUpload, [SettledLinks, HotTier, ActionSigner]),
  provide(OfferDownload, [SettledLinks, HotTier, Outbox, ActionSigner]),
  provide(OfferBatch, [OfferUpload, OfferDownload]),
  provide(ReceiveObject, [HotTier, EventStore, Clock, Random]),
  provide(VerifyObject, [Catalogue, Durability]),
  provide(OpenLinkedObject, [Catalogue, HotTier, Outbox]),
  provideAs(
    FollowHydration,
    (hotTier: HotTier, hashing: Hashing, clock: Clock, { noProgressTimeoutMs }: EdgeConfig) =>
      new FollowHydration(hotTier, hashing, clock, noProgressTimeoutMs),
    [HotTier, Hashing, Clock, CONFIG],
  ),
];

const edge: Provider[] = [
  provide(Admission, [Authenticate, RepositoryAccess]),
  provide(Redemption, [RedeemAction]),
  provide(Transfers, [CONFIG]),
  provide(Waiting, [CONFIG, Draining]),
  provideAs(BatchReply, ({ publicUrl }: EdgeConfig, clock: Clock) => new BatchReply(publicUrl, clock), [CONFIG, Clock]),
];

/** The composition of the gateway; it decides nothing. */
@Module({})
export class GatewayModule {
  static with(ports: GatewayPorts, config: EdgeConfig, draining: Draining): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        BatchController,
        UploadController,
        DownloadController,
        VerifyController,
        LocksController,
        DocumentationController,
      ],
      providers: [
        ...portProviders(ports),
        { provide: CONFIG as unknown as symbol, useValue: config },
        { provide: Draining, useValue: draining },
        ...useCases,
        ...edge,
      ],
    };
  }
}
