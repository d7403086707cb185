// An OTLP sender on @grpc/grpc-js. Usage: grpc-js.js ADDRESS PROTOS SCENARIO. Prints one JSON object: what the server answered.
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const path = require('node:path');
const protobuf = require('protobufjs');

const [address, protos, scenario] = process.argv.slice(2);
const definition = loader.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', {
  includeDirs: [protos],
  keepCase: true,
});
const { export: method } = Object.fromEntries(
  Object.entries(definition['opentelemetry.proto.collector.trace.v1.TraceService']).map(([name, value]) => [name.toLowerCase(), value]));

const rpc = protobuf.loadSync(path.join(__dirname, '..', 'google_rpc.proto')).lookup('google.rpc');

const HUNDRED_MB = 100 * 1000 * 1000;
const GZIP = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip };

function request(spans = 100) {
  const id = (number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(number, 4);
    return bytes;
  };
  return method.requestSerialize({
    resource_spans: [{
      resource: { attributes: [{ key: 'service.name', value: { string_value: 'node-peer' } }] },
      scope_spans: [{
        spans: Array.from({ length: spans }, (_, index) => ({
          trace_id: Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex'),
          span_id: id(index + 1),
          name: `step ${index}`,
          start_time_unix_nano: 1000000000 + index,
          end_time_unix_nano: 2000000000 + index,
        })),
      }],
    }],
  });
}

// Seconds of google.rpc.RetryInfo in google.rpc.Status; null if the server said nothing about it.
function retryDelay(metadata) {
  const [status] = metadata.get('grpc-status-details-bin');
  if (!status) {
    return null;
  }
  const [any] = rpc.Status.decode(status).details;
  const delay = rpc.RetryInfo.decode(any.value).retryDelay;
  return Number(delay.seconds) + delay.nanos / 1e9;
}

// Calls with bytes, so that they need not be a message.
function call(body, options = {}, path = method.path) {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), { 'grpc.max_send_message_length': -1, ...options });
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, (bytes) => bytes, method.responseDeserialize, body, new grpc.Metadata(), { deadline: Date.now() + 60000 }, (error, response) => {
      client.close();
      resolve(error
        ? { code: grpc.status[error.code], details: error.details, retryDelay: retryDelay(error.metadata) }
        : { code: 'OK', partial: response.partial_success != null, rejected: Number(response.partial_success?.rejected_spans ?? 0) });
    });
  });
}

const scenarios = {
  plain: () => call(request()),
  gzip: () => call(request(), GZIP),
  empty: () => call(Buffer.alloc(0)),
  malformed: () => call(Buffer.from([0x0a, 0x7f, 0x01])),
  'too-large': () => call(Buffer.alloc(HUNDRED_MB)),
  bomb: () => call(Buffer.alloc(HUNDRED_MB), GZIP),
  'unknown-method': () => call(Buffer.alloc(0), {}, '/opentelemetry.proto.collector.trace.v1.TraceService/Import'),
};

scenarios[scenario]().then((answer) => console.log(JSON.stringify(answer)));
