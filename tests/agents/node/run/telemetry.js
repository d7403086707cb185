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

  onStart() {}

  onEnd() {
    this.spans++;
  }

  async forceFlush() {}

  async shutdown() {}
}

/** Starts telemetry; `served` tells the paths of the service itself, the others being of remote services that only happen to live in this process. */
function startTelemetry(serviceName, otlp, instrumentations, served) {
  // A full queue drops spans, and what is dropped here could not be compared.
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${otlp}/v1/traces` }), { maxQueueSize: 100_000, scheduledDelayMillis: 200 });
  const count = new SpanCount();
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
