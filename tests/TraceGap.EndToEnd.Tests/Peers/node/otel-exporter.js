// The OpenTelemetry JS SDK with its OTLP exporters. Usage: otel-exporter.js PROTOCOL URL SCENARIO, PROTOCOL as in OTEL_EXPORTER_OTLP_PROTOCOL. Prints one JSON object: what the exporter was told.
'use strict';
const { CompressionAlgorithm } = require('@opentelemetry/otlp-exporter-base');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const [protocol, url, scenario] = process.argv.slice(2);
const { OTLPTraceExporter } = require({
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
}[protocol]);

async function spans(count) {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  const tracer = provider.getTracer('node-peer');
  for (let index = 0; index < count; index++) {
    tracer.startSpan(`step ${index}`).end();
  }
  await provider.forceFlush();
  return memory.getFinishedSpans();
}

async function main() {
  const exporter = new OTLPTraceExporter({
    url,
    compression: scenario === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
  });
  const batch = await spans(100);
  const result = await new Promise((resolve) => exporter.export(batch, resolve));
  await exporter.shutdown();
  console.log(JSON.stringify({ code: result.code === 0 ? 'OK' : String(result.error?.code), details: result.error?.message ?? '' }));
}

main();
