import type { Receivers } from '../api/types';

export interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly text: string;
}

/** An address that can be called from where the page is read: one that listens on all interfaces is reached under the page's own name. */
function reachable(address: string, pageHost: string): string {
  const url = new URL(address);
  if (['0.0.0.0', '[::]'].includes(url.hostname)) {
    url.hostname = pageHost;
  }
  return url.origin;
}

/** What to paste, for this server's own addresses. */
export function snippets(receivers: Receivers, pageHost: string): Snippet[] {
  const grpc = reachable(receivers.otlpGrpc, pageHost);
  const http = reachable(receivers.otlpHttp, pageHost);
  const isSecure = grpc.startsWith('https:');
  const token = receivers.needsToken;
  return [
    {
      id: 'collector',
      name: 'Collector',
      hint: 'An exporter of the OpenTelemetry Collector; add it to your pipeline of traces.',
      text: `exporters:
  otlp/tracegap:
    endpoint: ${new URL(grpc).host}
    tls:
      insecure: ${!isSecure}${token ? '\n    headers:\n      authorization: "Bearer TOKEN"' : ''}
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [otlp/tracegap]`,
    },
    {
      id: 'environment',
      name: 'Any SDK',
      hint: 'Environment variables that every OpenTelemetry SDK reads.',
      text: `export OTEL_SERVICE_NAME=my-agent
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT=${http}${token ? '\nexport OTEL_EXPORTER_OTLP_HEADERS=authorization="Bearer TOKEN"' : ''}`,
    },
    {
      id: 'dotnet',
      name: '.NET',
      hint: 'dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol',
      text: `using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
    .ConfigureResource(resource => resource.AddService("my-agent"))
    .AddSource("my-agent")
    .AddOtlpExporter(otlp =>
    {
        otlp.Endpoint = new Uri("${grpc}");${token ? '\n        otlp.Headers = "authorization=Bearer TOKEN";' : ''}
    })
    .Build();

ActivitySource agent = new("my-agent");
using (agent.StartActivity("answer", ActivityKind.Server))
using (Activity? chat = agent.StartActivity("chat", ActivityKind.Client))
{
    chat?.SetTag("gen_ai.operation.name", "chat");
}`,
    },
    {
      id: 'python',
      name: 'Python',
      hint: 'pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http',
      text: `from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter(endpoint="${http}/v1/traces"${token ? ', headers={"authorization": "Bearer TOKEN"}' : ''})
provider = TracerProvider(resource=Resource.create({"service.name": "my-agent"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)

tracer = trace.get_tracer("my-agent")
with tracer.start_as_current_span("answer"):
    with tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
        pass
provider.shutdown()`,
    },
    {
      id: 'javascript',
      name: 'JavaScript',
      hint: 'npm install @opentelemetry/api @opentelemetry/resources @opentelemetry/sdk-trace-base @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-proto',
      text: `const { trace } = require('@opentelemetry/api');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

const exporter = new OTLPTraceExporter({ url: '${http}/v1/traces'${token ? ", headers: { authorization: 'Bearer TOKEN' }" : ''} });
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'my-agent' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();

const tracer = trace.getTracer('my-agent');
tracer.startActiveSpan('answer', (answer) => {
  tracer.startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } }).end();
  answer.end();
});
provider.shutdown();`,
    },
    {
      id: 'curl',
      name: 'curl',
      hint: 'One trace of one span, to see that the way is open.',
      text: `now=$(date +%s)
curl ${http}/v1/traces -H 'content-type: application/json'${token ? " -H 'authorization: Bearer TOKEN'" : ''} -d '{
  "resourceSpans": [{
    "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "my-agent" } }] },
    "scopeSpans": [{ "spans": [
      { "traceId": "'$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n')'", "spanId": "00000000000000a1", "name": "answer", "kind": 2,
        "startTimeUnixNano": "'$((now - 2))'000000000", "endTimeUnixNano": "'$now'000000000" }
    ] }]
  }]
}'`,
    },
  ];
}
