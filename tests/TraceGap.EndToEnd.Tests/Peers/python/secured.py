"""One call with an empty message on gRPC's C core, over TLS. Usage: secured.py ADDRESS FOLDER CERTIFICATE METHOD TOKEN. FOLDER holds root.pem, and CERTIFICATE.pem
with its .key; an empty CERTIFICATE or TOKEN is not sent. Prints one JSON object: what the server answered."""
import json
import pathlib
import sys

import grpc

address, folder, certificate, method, token = sys.argv[1:]


def read(name):
    return (pathlib.Path(folder) / name).read_bytes()


pair = {"private_key": read(certificate + ".key"), "certificate_chain": read(certificate + ".pem")} if certificate else {}
metadata = [("authorization", "Bearer " + token)] if token else None
with grpc.secure_channel(address, grpc.ssl_channel_credentials(root_certificates=read("root.pem"), **pair)) as channel:
    try:
        channel.unary_unary(method)(b"", timeout=60, metadata=metadata)
        print(json.dumps({"code": "OK"}))
    except grpc.RpcError as error:
        print(json.dumps({"code": error.code().name, "details": error.details()}))
