"""Writes messages with python3-protobuf. Usage: golden.py STUBS MODULE MESSAGE TEXT, TEXT in protobuf's text format. Prints the bytes in hexadecimal."""
import importlib
import sys

stubs, module, message, text = sys.argv[1:]
sys.path.insert(0, stubs)

from google.protobuf import text_format  # noqa: E402

parsed = text_format.Parse(text, getattr(importlib.import_module(module), message)())
print(parsed.SerializeToString(deterministic=True).hex())
