"""A bucket of S3 on this machine, by moto."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEYS = {
    "AWS_ACCESS_KEY_ID": "me",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",  # nobody outside of this machine is asked for keys
    "AWS_CONFIG_FILE": "none",
    "AWS_SHARED_CREDENTIALS_FILE": "none",
}


class Store:
    """A bucket named `shelf`, seen by another client than ours."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client: Any = boto3.client("s3", endpoint_url=address)
        self.client.create_bucket(Bucket="shelf")

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket="shelf", Key=name, Body=content)

    def get(self, name: str) -> bytes:
        return bytes(self.client.get_object(Bucket="shelf", Key=name)["Body"].read())

    def times(self, under: str) -> dict[str, Any]:
        """When each object was written, by its name under a key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket="shelf", Prefix=under)
        found = [one for page in pages for one in page.get("Contents", [])]
        times = {one["Key"].removeprefix(under): one["LastModified"] for one in found}
        return {name: when for name, when in times.items() if name}


@contextmanager
def store() -> Iterator[Store]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        patch.setenv("AWS_ENDPOINT_URL", address)
        try:
            yield Store(address)
        finally:
            server.stop()
