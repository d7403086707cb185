"""Runs a program that uses OpenTelemetry for Python, which can be had nowhere where tests run: python3 sdk_stand_in.py PROGRAM

It stands in for the modules that the programs of the documents and of the page import: the classes and functions that they use, with parameters that were read off the sources of the API, the SDK and the exporters. Whatever
else a program names fails as it would if it were not there. What the program tells of is sent as OTLP/JSON over HTTP, by the exporter of gRPC too.
"""
import contextlib
import enum
import json
import os
import secrets
import sys
import time
import types
import urllib.request


class SpanKind(enum.Enum):
    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


class Resource:
    def __init__(self, attributes):
        self.attributes = attributes

    @staticmethod
    def create(attributes=None):
        return Resource(attributes or {})


class Span:
    def __init__(self, name, kind, attributes, parent):
        self.name, self.kind, self.attributes, self.parent = name, kind, dict(attributes or {}), parent
        self.trace_id = parent.trace_id if parent else secrets.token_hex(16)
        self.span_id = secrets.token_hex(8)
        self.start, self.end_time = time.time_ns(), None

    def set_attribute(self, key, value):
        self.attributes[key] = value


class Tracer:
    def __init__(self, provider):
        self._provider, self._open = provider, []

    @contextlib.contextmanager
    def start_as_current_span(self, name, context=None, kind=SpanKind.INTERNAL, attributes=None, links=None, start_time=None,
                              record_exception=True, set_status_on_exception=True, end_on_exit=True):
        span = Span(name, kind, attributes, self._open[-1] if self._open else None)
        self._open.append(span)
        yield span
        self._open.pop()
        span.end_time = time.time_ns()
        self._provider.ended(span)


class TracerProvider:
    def __init__(self, sampler=None, resource=None, shutdown_on_exit=True):
        self.resource, self._processors = resource or Resource({}), []

    def add_span_processor(self, span_processor):
        self._processors.append(span_processor)

    def get_tracer(self, instrumenting_module_name, instrumenting_library_version=None):
        return Tracer(self)

    def ended(self, span):
        for processor in self._processors:
            processor.waiting.append((span, self.resource))

    def shutdown(self):
        for processor in self._processors:
            processor.exporter.export(processor.waiting)


class BatchSpanProcessor:
    def __init__(self, span_exporter, max_queue_size=None, schedule_delay_millis=None, max_export_batch_size=None, export_timeout_millis=None):
        self.exporter, self.waiting = span_exporter, []


class Exporter:
    url, sent_headers = None, {}

    def export(self, spans):
        body = {"resourceSpans": [{"resource": {"attributes": key_values(resource.attributes)}, "scopeSpans": [{"spans": [{
            "traceId": span.trace_id, "spanId": span.span_id, "parentSpanId": span.parent.span_id if span.parent else "",
            "name": span.name, "kind": span.kind.value + 1, "startTimeUnixNano": str(span.start), "endTimeUnixNano": str(span.end_time),
            "attributes": key_values(span.attributes)}]}]} for span, resource in spans]}
        headers = {"content-type": "application/json", **self.sent_headers}
        urllib.request.urlopen(urllib.request.Request(self.url, json.dumps(body).encode(), headers)).read()


class GrpcExporter(Exporter):
    def __init__(self, endpoint=None, insecure=None, credentials=None, headers=None, timeout=None, compression=None, channel_options=None):
        assert insecure, "this stand-in speaks no TLS"
        self.url = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"


class HttpExporter(Exporter):
    def __init__(self, endpoint=None, certificate_file=None, client_key_file=None, client_certificate_file=None, headers=None, timeout=None, compression=None, session=None):
        self.url, self.sent_headers = endpoint, headers or {}


def key_values(attributes):
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]


def module(name, **members):
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:length]), types.ModuleType(".".join(parts[:length])))
        if length > 1:
            setattr(sys.modules[".".join(parts[:length - 1])], parts[length - 1], sys.modules[".".join(parts[:length])])
    sys.modules[name].__dict__.update(members)


current = []
module("opentelemetry.trace", SpanKind=SpanKind, set_tracer_provider=current.append, get_tracer=lambda name: current[-1].get_tracer(name))
module("opentelemetry.sdk.resources", Resource=Resource)
module("opentelemetry.sdk.trace", TracerProvider=TracerProvider)
module("opentelemetry.sdk.trace.export", BatchSpanProcessor=BatchSpanProcessor)
module("opentelemetry.exporter.otlp.proto.grpc.trace_exporter", OTLPSpanExporter=GrpcExporter)
module("opentelemetry.exporter.otlp.proto.http.trace_exporter", OTLPSpanExporter=HttpExporter)
with open(sys.argv[1], encoding="utf-8") as program:
    exec(compile(program.read(), sys.argv[1], "exec"), {"__name__": "__main__"})
