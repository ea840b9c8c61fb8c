"""Read the body of a request within bounds of type, size and time."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from hub.web.errors import RequestRejected
from hub.web.responses import JSON

MAX_BODY_BYTES: Final = 1_000_000
BODY_TIMEOUT: Final = 15.0
"""Seconds a body may take."""


async def read_body(request: Request, kind: str = JSON, largest: int = MAX_BODY_BYTES) -> bytes:
    """The bytes of a POST, within their bounds of type, size and time."""
    media, *parameters = (p.strip() for p in request.headers.get("content-type", "").split(";"))
    charsets = {
        p.partition("=")[2].strip('"') for p in map(str.lower, parameters) if "charset=" in p
    }
    if media.lower() != kind or charsets - {"utf-8", "utf8"}:
        raise RequestRejected(415, f"ส่งเป็น {kind} (UTF-8)", f"send {kind} in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestRejected(415, "ส่งโดยไม่บีบอัด", "send it uncompressed")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > largest):
        raise body_too_large(largest)
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for part in request.stream():
                read += part
                if len(read) > largest:
                    raise body_too_large(largest)
    except TimeoutError as late:
        raise RequestRejected(
            408, "ส่งเนื้อหาช้าเกินไป", "the body took too long", Connection="close"
        ) from late
    except ClientDisconnect as gone:
        raise RequestRejected(400, "เนื้อหาขาดตอน", "the body broke off") from gone
    return bytes(read)


def body_too_large(largest: int) -> RequestRejected:
    """413."""
    return RequestRejected(
        413,
        f"เนื้อหาใหญ่เกิน {largest:,} ไบต์",
        f"the body is over {largest:,} bytes",
        Connection="close",
    )
