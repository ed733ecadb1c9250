#!/bin/sh
set -eu
# pyarrow 26.0.1: a write to S3 that an exception breaks off replaces the object that was there by the
# first part of the new one.
#
# One would guess: an object is put whole or not at all, that being what object storage is for. A
# stream of `S3FileSystem` is a multipart upload, so an exception inside of `with
# files.open_output_stream(...)` aborts it and the object that was there stays, as with boto3's
# `upload_fileobj` from a file that cannot be read to its end.
# What happens: leaving the `with` closes the stream, and closing it completes the upload: the object
# now holds what was written until then, as 12 of 40 MB, under its name, for everyone. The stream
# has no way to abort (`NativeFile` has `close` alone). The same goes for a pyarrow.parquet.ParquetWriter
# on such a file system, where a table of a schema that does not fit, or a source that breaks, takes
# the good file away. Who replaces objects writes what names them (a manifest with digests) last.
#
# The server is moto on 127.0.0.1. Installs pinned public packages in a temporary folder; fails if the
# behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    pyarrow==26.0.1 'moto[s3]==5.2.5' flask==3.1.3 flask-cors==6.0.5
"$folder/venv/bin/python" - <<'EOF'
import logging
import os

os.environ.update(
    AWS_ACCESS_KEY_ID="me", AWS_SECRET_ACCESS_KEY="s", AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
)
import boto3
from moto.server import ThreadedMotoServer
from pyarrow.fs import FileSystem

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
s3 = boto3.client("s3")
s3.create_bucket(Bucket="shelf")
MILLION = 10**6


class Breaks:
    """A file of 40 MB on a disk that fails after 12."""

    at = 0

    def read(self, size):
        if self.at + size > 12 * MILLION:
            raise OSError(5, "Input/output error")
        self.at += size
        return b"x" * size


def size(name):
    return s3.head_object(Bucket="shelf", Key=name)["ContentLength"]


for name in ("by-boto3", "by-pyarrow"):
    s3.put_object(Bucket="shelf", Key=name, Body=b"the good one")
try:
    s3.upload_fileobj(Breaks(), "shelf", "by-boto3")
except OSError as error:
    print(f"boto3: {error}; the object has {size('by-boto3')} bytes, those of before")
files, _ = FileSystem.from_uri("s3://shelf")
try:
    with files.open_output_stream("shelf/by-pyarrow") as target:
        source = Breaks()
        for _ in range(40):
            target.write(source.read(MILLION))
except OSError as error:
    print(f"pyarrow: {error}; the object has {size('by-pyarrow')} bytes, of the new one's 40,000,000")
assert size("by-boto3") == 12
assert size("by-pyarrow") == 12 * MILLION
server.stop()
print("as described")
EOF
