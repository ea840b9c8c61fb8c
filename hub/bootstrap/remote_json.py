"""Fetch JSON from an issuer (its metadata and keys) with limits on time and size."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from connectors.kit.http import SourceHttpClient
from connectors.kit.limits import FetchLimits
from hub.errors import SourceRefused

LIMITS: Final = FetchLimits(
    connect_timeout=3, read_timeout=5, total_timeout=5, max_body_bytes=256 << 10, max_attempts=1
)
"""Short timeouts, because a request may be waiting for the response."""


async def fetch_json(url: str) -> Any:
    """Return the JSON at a URL; a `SourceError` when it cannot be fetched or parsed."""
    async with SourceHttpClient.open(limits=LIMITS) as http:
        return (await http.fetch(url, parse)).parsed


def parse(body: bytes, _: Mapping[str, str]) -> Any:
    """Parse JSON, whatever its media type: some servers send a JWK set as plain text."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SourceRefused("คำตอบไม่ใช่ JSON · The response is not JSON") from None
