// The OpenTelemetry JS SDK with its OTLP/gRPC exporter. Usage: otel-exporter.js ADDRESS SCENARIO. Prints one JSON object: what the exporter was told.
'use strict';
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-grpc');
const { CompressionAlgorithm } = require('@opentelemetry/otlp-exporter-base');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const [address, scenario] = process.argv.slice(2);

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
    url: `http://${address}`,
    compression: scenario === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
  });
  const batch = await spans(100);
  const result = await new Promise((resolve) => exporter.export(batch, resolve));
  await exporter.shutdown();
  console.log(JSON.stringify({ code: result.code === 0 ? 'OK' : String(result.error?.code), details: result.error?.message ?? '' }));
}

main();
