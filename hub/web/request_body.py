"""Read the body of a request with limits on type, size and time."""

import asyncio
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
    sent_type, *parameters = (p.strip() for p in request.headers.get("content-type", "").split(";"))
    charsets = {
        p.partition("=")[2].strip('"') for p in map(str.lower, parameters) if "charset=" in p
    }
    if sent_type.lower() != media_type or charsets - {"utf-8", "utf8"}:
        raise RequestRejected(415, f"ส่งเป็น {media_type} (UTF-8)", f"send {media_type} in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestRejected(415, "ส่งโดยไม่บีบอัด", "send it uncompressed")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > max_bytes):
        raise body_too_large(max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
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
