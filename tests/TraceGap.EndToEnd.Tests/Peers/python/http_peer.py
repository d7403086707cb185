"""An OTLP/HTTP sender on Python's standard library and python3-protobuf. Usage: http_peer.py ADDRESS STUBS FORMAT SCENARIO..., FORMAT is protobuf or json.
Prints one JSON object: by scenario what the server answered. That every answer has the request's content type and a body of the message that OTLP prescribes is checked here."""
import base64
import gzip
import http.client
import json
import sys
import zlib

address, stubs, form, *wanted = sys.argv[1:]
sys.path.insert(0, stubs)

import google_rpc_pb2 as rpc  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs_service  # noqa: E402
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service  # noqa: E402

TYPE = {"protobuf": "application/x-protobuf", "json": "application/json"}[form]
LOGS = "/v1/logs"
HUNDRED_MB = 100 * 1000 * 1000


def request(spans=100):
    message = service.ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    attribute = resource.resource.attributes.add()
    attribute.key, attribute.value.string_value = "service.name", "python-peer"
    scope = resource.scope_spans.add()
    for index in range(spans):
        span = scope.spans.add()
        span.trace_id, span.span_id = bytes(range(1, 17)), (1 + index).to_bytes(8, "big")
        span.name = "step %d" % index
        span.kind = 2
        span.start_time_unix_nano, span.end_time_unix_nano = 1_000_000_000 + index, 2_000_000_000 + index
    return message


def with_bad_ids():
    message = request(5)
    spans = message.resource_spans[0].scope_spans[0].spans
    spans[1].trace_id = b"\1\2\3"
    spans[3].span_id = bytes(8)
    return message


def log(event="exception"):
    message = logs_service.ExportLogsServiceRequest()
    record = message.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id, record.span_id, record.time_unix_nano, record.event_name = bytes(range(1, 17)), bytes(range(1, 9)), 1_000_000_000, event
    attribute = record.attributes.add()
    attribute.key, attribute.value.string_value = "exception.type" if event else "other", "ValueError"
    return message


def with_broken_log():
    """One log record, and before it one whose first key is longer than it is, or whose id is a number."""
    if form == "protobuf":
        whole = log().SerializeToString()
        return whole.replace(b"\x0eexception.type", b"\x7fexception.type") + whole
    document = json.loads(written(log()))
    document["resourceLogs"][0]["scopeLogs"][0]["logRecords"].insert(0, {"traceId": 7})
    return json.dumps(document).encode()


def written(message):
    """The message in the format; OTLP/JSON differs from protobuf's JSON in that ids are hexadecimal."""
    if form == "protobuf":
        return message.SerializeToString()
    document = json_format.MessageToDict(message, use_integers_for_enums=True)
    for resource in document.get("resourceSpans", []):
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for key in ("traceId", "spanId"):
                    span[key] = base64.b64decode(span[key]).hex().upper()
    for resource in document.get("resourceLogs", []):
        for record in resource["scopeLogs"][0]["logRecords"]:
            for key in ("traceId", "spanId"):
                record[key] = base64.b64decode(record[key]).hex()
    return json.dumps(document).encode()


def parsed(message, body):
    return json_format.Parse(body, message) if form == "json" else type(message).FromString(body)


def read(response, content_type, answers=service.ExportTraceServiceResponse):
    body = response.read()
    assert response.getheader("content-type") == content_type, response.getheader("content-type")
    if response.status == 200:
        partial = parsed(answers(), body).partial_success
        rejected = partial.rejected_spans if answers is service.ExportTraceServiceResponse else partial.rejected_log_records
        is_set = body not in (b"", b"{}")
        return {"code": "200", "partial": is_set, "rejected": rejected, "details": partial.error_message}
    status = json_format.Parse(body, rpc.Status()) if content_type == "application/json" else rpc.Status.FromString(body)
    if response.status == 400:
        detail = rpc.BadRequest()
        assert status.details[0].Unpack(detail) and detail.field_violations[0].description == status.message
    delay = response.getheader("retry-after")
    return {"code": str(response.status), "details": status.message, "retryDelay": delay and int(delay)}


def call(body, path="/v1/traces", method="POST", content_type=TYPE, answered=TYPE, chunked=False, **headers):
    connection = http.client.HTTPConnection(address, timeout=60)
    sent = {"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, path, (body[at:at + 1000] for at in range(0, len(body), 1000)) if chunked else body, sent, encode_chunked=chunked)
        return read(connection.getresponse(), answered, logs_service.ExportLogsServiceResponse if path == LOGS else service.ExportTraceServiceResponse)
    finally:
        connection.close()


def twice():
    """Two requests over one connection."""
    connection = http.client.HTTPConnection(address, timeout=60)
    answers = []
    for _ in range(2):
        connection.request("POST", "/v1/traces", written(request()), {"Content-Type": TYPE})
        answers.append(read(connection.getresponse(), TYPE)["code"])
    connection.close()
    return {"code": answers[0], "answered": answers.count("200")}


EMPTY = b"" if form == "protobuf" else b"{}"
MALFORMED = b"\x0a\x7f\x01" if form == "protobuf" else b'{"resourceSpans":7}'

SCENARIOS = {
    "plain": lambda: call(written(request())),
    "gzip": lambda: call(gzip.compress(written(request())), content_encoding="gzip"),
    "deflate": lambda: call(zlib.compress(written(request())), content_encoding="deflate"),
    "chunked": lambda: call(written(request()), chunked=True, transfer_encoding="chunked"),
    "twice": twice,
    "empty": lambda: call(EMPTY),
    "bad-ids": lambda: call(written(with_bad_ids())),
    "malformed": lambda: call(MALFORMED),
    "too-large": lambda: call(bytes(HUNDRED_MB)),
    "bomb": lambda: call(gzip.compress(bytes(HUNDRED_MB), 1), content_encoding="gzip"),
    "deflate-bomb": lambda: call(zlib.compress(bytes(HUNDRED_MB), 1), content_encoding="deflate"),
    "unknown-encoding": lambda: call(EMPTY, content_encoding="br"),
    "wrong-type": lambda: call(EMPTY, content_type="text/plain", answered="application/json"),
    "unknown-method": lambda: call(EMPTY, method="PUT"),
    "unknown-path": lambda: call(EMPTY, path="/v1/metrics"),
    "logs": lambda: call(gzip.compress(written(log())), path=LOGS, content_encoding="gzip"),
    "idle-logs": lambda: call(written(log(event="")), path=LOGS),
    "broken-log": lambda: call(with_broken_log(), path=LOGS),
    "malformed-logs": lambda: call(b"\x0a\x7f\x01" if form == "protobuf" else b'{"resourceLogs":7}', path=LOGS),
}

print(json.dumps({scenario: SCENARIOS[scenario]() for scenario in wanted}))
