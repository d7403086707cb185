"""Sends recorded OTLP requests through gRPC's C core. Usage: send.py ADDRESS FILE. FILE holds requests, each after its length in four bytes, big-endian.
Every other request goes compressed. Prints how many were answered with full success; a request that was not is an error."""
import struct
import sys

import grpc

address, path = sys.argv[1:]
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PARALLEL = 8


def requests():
    with open(path, "rb") as file:
        while head := file.read(4):
            yield file.read(struct.unpack(">I", head)[0])


answered = 0
with grpc.insecure_channel(address) as channel:
    export = channel.unary_unary(EXPORT)
    pending = []
    for number, body in enumerate(requests()):
        compression = grpc.Compression.Gzip if number % 2 else grpc.Compression.NoCompression
        pending.append(export.future(body, timeout=60, compression=compression))
        if len(pending) == PARALLEL:
            answered += pending.pop(0).result() == b""
    answered += sum(call.result() == b"" for call in pending)

print(answered)
