// The OpenTelemetry JS SDK with its OTLP log exporters. Usage: otel-log-exporter.js PROTOCOL URL SCENARIO, PROTOCOL as in OTEL_EXPORTER_OTLP_PROTOCOL. Sends an exception, an evaluation and an
// ordinary record of one span. Prints one JSON object: what the exporter was told.
'use strict';
const { ROOT_CONTEXT, TraceFlags, trace } = require('@opentelemetry/api');
const { SeverityNumber } = require('@opentelemetry/api-logs');
const { CompressionAlgorithm } = require('@opentelemetry/otlp-exporter-base');
const { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } = require('@opentelemetry/sdk-logs');

const [protocol, url, scenario] = process.argv.slice(2);
const { OTLPLogExporter } = require({
  grpc: '@opentelemetry/exporter-logs-otlp-grpc',
  'http/protobuf': '@opentelemetry/exporter-logs-otlp-proto',
  'http/json': '@opentelemetry/exporter-logs-otlp-http',
}[protocol]);

async function records() {
  const memory = new InMemoryLogRecordExporter();
  const processor = new SimpleLogRecordProcessor({ exporter: memory });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger('node-peer');
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '0102030405060708', traceFlags: TraceFlags.SAMPLED });
  logger.emit({ context, eventName: 'exception', severityNumber: SeverityNumber.ERROR, attributes: { 'exception.type': 'TypeError' } });
  logger.emit({ context, eventName: 'gen_ai.evaluation.result', attributes: { 'gen_ai.evaluation.name': 'tone', 'gen_ai.evaluation.score.value': 0.5 } });
  logger.emit({ context, severityNumber: SeverityNumber.INFO, body: 'answered' });
  await provider.forceFlush();
  return memory.getFinishedLogRecords();
}

async function main() {
  const exporter = new OTLPLogExporter({ url, compression: scenario === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE });
  const batch = await records();
  const result = await new Promise((resolve) => exporter.export(batch, resolve));
  await exporter.shutdown();
  console.log(JSON.stringify({ code: result.code === 0 ? 'OK' : String(result.error?.code), details: result.error?.message ?? '' }));
}

main();
