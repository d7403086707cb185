"""An OTLP sender on gRPC's C core. Usage: peer.py ADDRESS STUBS SCENARIO... Prints one JSON object: what the server answered, by scenario if there are several."""
import json
import sys

address, stubs, *wanted = sys.argv[1:]
sys.path.insert(0, stubs)

import grpc  # noqa: E402
import google_rpc_pb2 as rpc  # noqa: E402
import health_pb2  # noqa: E402
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs_service  # noqa: E402
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service  # noqa: E402

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
EXPORT_LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
HUNDRED_MB = 100 * 1000 * 1000


def channel(compression=grpc.Compression.NoCompression):
    unlimited = [("grpc.max_send_message_length", -1)]
    return grpc.insecure_channel(address, options=unlimited, compression=compression)


def request(spans=100, trace_id=bytes(range(1, 17)), first_id=1):
    message = service.ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    attribute = resource.resource.attributes.add()
    attribute.key, attribute.value.string_value = "service.name", "python-peer"
    scope = resource.scope_spans.add()
    for index in range(spans):
        span = scope.spans.add()
        span.trace_id, span.span_id = trace_id, (first_id + index).to_bytes(8, "big")
        span.name = "step %d" % index
        span.start_time_unix_nano, span.end_time_unix_nano = 1_000_000_000 + index, 2_000_000_000 + index
    return message


def with_bad_ids():
    message = request(5)
    spans = message.resource_spans[0].scope_spans[0].spans
    spans[1].trace_id = b"\1\2\3"
    spans[3].span_id = bytes(8)
    return message


def logs(event="exception", whole=True):
    """One log record, and before it one whose first key is longer than it is if not whole."""
    message = logs_service.ExportLogsServiceRequest()
    record = message.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id, record.span_id, record.time_unix_nano, record.event_name = bytes(range(1, 17)), bytes(range(1, 9)), 1_000_000_000, event
    attribute = record.attributes.add()
    attribute.key, attribute.value.string_value = "exception.type" if event else "other", "ValueError"
    written = message.SerializeToString()
    return written if whole else written.replace(b"\x0eexception.type", b"\x7fexception.type") + written


def retry_delay(error):
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = rpc.Status.FromString(value)
            assert status.code == error.code().value[0] and status.message == error.details()
            info = rpc.RetryInfo()
            assert status.details[0].Unpack(info)
            return info.retry_delay.ToMilliseconds() / 1000
    return None


def call(body, compression=grpc.Compression.NoCompression, method=EXPORT, timeout=60, answers=service.ExportTraceServiceResponse):
    """Calls with bytes, so that they need not be a message."""
    with channel(compression) as open_channel:
        try:
            response = open_channel.unary_unary(method)(body, timeout=timeout)
        except grpc.RpcError as error:
            return {"code": error.code().name, "details": error.details(), "retryDelay": retry_delay(error)}
    answer = answers.FromString(response)
    partial = answer.partial_success
    return {
        "code": "OK",
        "partial": answer.HasField("partial_success"),
        "rejected": partial.rejected_log_records if method == EXPORT_LOGS else partial.rejected_spans,
        "details": partial.error_message,
    }


def call_logs(body):
    return call(body, method=EXPORT_LOGS, answers=logs_service.ExportLogsServiceResponse)


def many_calls():
    """200 calls at once over one connection."""
    with channel(grpc.Compression.Gzip) as open_channel:
        export = open_channel.unary_unary(EXPORT)
        bodies = [request(10, first_id=1 + 10 * number).SerializeToString() for number in range(200)]
        calls = [export.future(body, timeout=60) for body in bodies]
        return {"code": "OK", "answered": sum(future.result() == b"" for future in calls)}


def health():
    with channel() as open_channel:
        check = open_channel.unary_unary("/grpc.health.v1.Health/Check")
        answer = health_pb2.HealthCheckResponse.FromString(check(health_pb2.HealthCheckRequest(service="").SerializeToString(), timeout=60))
        return {"code": "OK", "details": health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}


SCENARIOS = {
    "plain": lambda: call(request().SerializeToString()),
    "gzip": lambda: call(request().SerializeToString(), grpc.Compression.Gzip),
    "empty": lambda: call(b""),
    "bad-ids": lambda: call(with_bad_ids().SerializeToString()),
    "malformed": lambda: call(b"\x0a\x7f\x01"),
    "too-large": lambda: call(bytes(HUNDRED_MB)),
    "bomb": lambda: call(bytes(HUNDRED_MB), grpc.Compression.Gzip),
    "deflate": lambda: call(request().SerializeToString(), grpc.Compression.Deflate),
    "unknown-method": lambda: call(b"", method="/opentelemetry.proto.collector.trace.v1.TraceService/Import"),
    "deadline": lambda: call(request().SerializeToString(), timeout=1),
    "many": many_calls,
    "health": health,
    "logs": lambda: call_logs(logs()),
    "idle-logs": lambda: call_logs(logs(event="")),
    "broken-log": lambda: call_logs(logs(whole=False)),
    "malformed-logs": lambda: call_logs(b"\x0a\x7f\x01"),
}

answers = {scenario: SCENARIOS[scenario]() for scenario in wanted}
print(json.dumps(answers if len(wanted) > 1 else answers[wanted[0]]))
