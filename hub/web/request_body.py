"""Read the body of a request with limits on type, size and time."""

import asyncio
from collections.abc import Collection
from typing import Final

from starlette.requests import ClientDisconnect, Request

from hub.web.errors import RequestRejected
from hub.web.responses import JSON

MAX_BODY_BYTES: Final = 1_000_000
BODY_TIMEOUT: Final = 15.0
"""Seconds a body may take to arrive."""


async def read_body(
    request: Request, media_type: str = JSON, max_bytes: int = MAX_BODY_BYTES
) -> bytes:
    """Return the body of a request; `RequestRejected` (400, 408, 413, 415) outside the limits."""
    return await read_bytes(request, {media_type}, max_bytes, BODY_TIMEOUT)


async def read_bytes(
    request: Request, media_types: Collection[str], max_bytes: int, seconds: float
) -> bytes:
    """Return the body of one of several media types, as `read_body` does; texts are in UTF-8."""
    sent_type, *parameters = (p.strip() for p in request.headers.get("content-type", "").split(";"))
    charsets = {
        p.partition("=")[2].strip('"') for p in map(str.lower, parameters) if "charset=" in p
    }
    if sent_type.lower() not in media_types or charsets - {"utf-8", "utf8"}:
        names = " / ".join(sorted(media_types))
        raise RequestRejected(415, f"ส่งเป็น {names} (UTF-8)", f"send {names} in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestRejected(415, "ส่งโดยไม่บีบอัด", "send it uncompressed")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > max_bytes):
        raise body_too_large(max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > max_bytes:
                    raise body_too_large(max_bytes)
    except TimeoutError as error:
        raise RequestRejected(
            408, "ส่งเนื้อหาช้าเกินไป", "the body took too long", Connection="close"
        ) from error
    except ClientDisconnect as error:
        raise RequestRejected(400, "เนื้อหาขาดตอน", "the body is incomplete") from error
    return bytes(body)


def body_too_large(max_bytes: int) -> RequestRejected:
    """Return the 413 rejection."""
    return RequestRejected(
        413,
        f"เนื้อหาใหญ่เกิน {max_bytes:,} ไบต์",
        f"the body is over {max_bytes:,} bytes",
        Connection="close",
    )
