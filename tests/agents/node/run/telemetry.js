// The OpenTelemetry SDK as an application sets it up: a provider, a batch processor, the OTLP exporter. Must be loaded before what is instrumented.
'use strict';
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

/** Counts what is sent, so that a reader knows when all has come. */
class SpanCount {
  spans = 0;

  constructor(isSent) {
    this.isSent = isSent;
  }

  onStart() {}

  onEnd(span) {
    this.spans += this.isSent(span) ? 1 : 0;
  }

  async forceFlush() {}

  async shutdown() {}
}

/** An exporter that loses spans, as a process does that ends before they have. */
class LosingExporter extends OTLPTraceExporter {
  constructor(config, isSent) {
    super(config);
    this.isSent = isSent;
  }

  export(spans, done) {
    super.export(spans.filter(this.isSent), done);
  }
}

const batches = (exporter, config) => new BatchSpanProcessor(exporter, config);

/**
 * Starts telemetry; `served` tells the paths of the service itself, the others being of remote services that only happen to live in this process.
 * `processorOf` makes the span processor of (exporter, config), where a framework has one of its own.
 */
function startTelemetry(serviceName, { otlp, lose }, instrumentations, served, processorOf = batches) {
  const isSent = (span) => lose !== 'root' || span.parentSpanContext !== undefined;
  // A full queue drops spans, and what is dropped here could not be compared.
  const processor = processorOf(new LosingExporter({ url: `${otlp}/v1/traces` }, isSent), { maxQueueSize: 100_000, scheduledDelayMillis: 200 });
  const count = new SpanCount(isSent);
  const provider = new NodeTracerProvider({ resource: resourceFromAttributes({ 'service.name': serviceName }), spanProcessors: [processor, count] });
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => !served(request.url) }),
      new ExpressInstrumentation(),
      new UndiciInstrumentation(),
      ...instrumentations,
    ],
  });
  return {
    /** Sends what is left. */
    shutdown: () => provider.shutdown(),
    /** How many spans were sent. */
    spans: () => count.spans,
  };
}

module.exports = { startTelemetry };
