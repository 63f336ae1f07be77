import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import { setting, type SettingsOf } from './settings.js';

export const telemetrySettings = {
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Base URL of an OTLP/HTTP collector; traces are sent only when it is set.',
    z.url().optional(),
  ),
};

/**
 * Starts tracing: spans always have ids, so that events, jobs and logs can be joined; they leave the process only where a
 * collector is configured, through a bounded buffer that drops rather than blocks. Returns what flushes and stops it.
 */
export const startTelemetry = (
  service: string,
  version: string,
  { otlpEndpoint }: SettingsOf<typeof telemetrySettings>,
  extra: readonly SpanProcessor[] = [],
): (() => Promise<void>) => {
  const exporting =
    otlpEndpoint === undefined
      ? []
      : [
          new BatchSpanProcessor({
            exporter: new OTLPTraceExporter({
              url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`,
              timeoutMillis: 5_000,
            }),
          }),
        ];
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `ballast-${service}`, 'service.version': version }),
    spanProcessors: [...exporting, ...extra],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return () => provider.shutdown().catch(() => undefined);
};

export interface SpanOptions {
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly kind?: SpanKind;
  /** W3C traceparent of the cause, from a request, message or job. */
  readonly parent?: string | null | undefined;
}

/** Begins a span that the caller ends. Attributes never hold a secret or a whole oid. */
export const beginSpan = (name: string, { kind, attributes, parent }: SpanOptions): Span =>
  trace
    .getTracer('ballast')
    .startSpan(name, { ...(kind === undefined ? {} : { kind }), attributes: { ...attributes } }, contextOf(parent));

/** Runs work in a span; a failure marks the span and is thrown on. */
export const traced = async <T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> => {
  const span = beginSpan(name, options);
  try {
    return await context.with(trace.setSpan(contextOf(options.parent), span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
};

const contextOf = (parent: SpanOptions['parent']): Context =>
  parent ? propagation.extract(context.active(), { traceparent: parent }) : context.active();

/** The traceparent of the running span, to be stored with events and messages; null outside of one. */
export const currentTraceparent = (): string | null => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? null;
};

/** An oid as traces show it: a stable content fingerprint must not leave the house whole. */
export const shortOid = (oid: string): string => oid.slice(0, 12);
