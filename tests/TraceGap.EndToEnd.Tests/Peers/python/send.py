"""Sends recorded OTLP requests through gRPC's C core. Usage: send.py ADDRESS FILE. FILE holds requests, each after its length in four bytes, big-endian.
Every other request goes compressed, and again where the server says to come again, as exporters do. Prints how many were answered with full success; any other answer is an error."""
import struct
import sys
import time

import grpc

address, path = sys.argv[1:]
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PARALLEL = 8


def requests():
    with open(path, "rb") as file:
        while head := file.read(4):
            yield file.read(struct.unpack(">I", head)[0])


def is_taken(call, again):
    while True:
        try:
            return call.result() == b""
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            time.sleep(0.2)
            call = again()


answered = 0
with grpc.insecure_channel(address) as channel:
    export = channel.unary_unary(EXPORT)
    pending = []
    for number, body in enumerate(requests()):
        compression = grpc.Compression.Gzip if number % 2 else grpc.Compression.NoCompression

        def send(body=body, compression=compression):
            return export.future(body, timeout=60, compression=compression)

        pending.append((send(), send))
        if len(pending) == PARALLEL:
            answered += is_taken(*pending.pop(0))
    answered += sum(is_taken(*call) for call in pending)

print(answered)
