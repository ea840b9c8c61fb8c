"""Fetching JSON from an issuer: its metadata and its keys, within bounds of time and size."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from connectors.kit.http import Http
from connectors.kit.limits import Limits
from hub.errors import SourceRefused

LIMITS: Final = Limits(connect=3, read=5, total=5, body=256 << 10, attempts=1)
"""A request may be waiting for the answer."""


async def fetch_json(url: str) -> Any:
    """Return the JSON at a URL; a `SourceError` when it cannot be fetched or parsed."""
    async with Http.open(limits=LIMITS) as http:
        return (await http.ask(url, parse)).read


def parse(body: bytes, _: Mapping[str, str]) -> Any:
    """Parse JSON, whatever its media type: some servers send a JWK set as plain text."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SourceRefused("คำตอบไม่ใช่ JSON · The answer is no JSON") from None
