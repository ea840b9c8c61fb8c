"""Read the fields of a posted HTML form."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from hub.web.errors import RequestRejected
from hub.web.request_body import read_body

FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 16_384
MAX_FIELDS: Final = 30


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; `RequestRejected` if one is repeated or there are over 30."""
    text = await read_body(request, FORM, MAX_FORM_BYTES)
    pairs = parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)
    fields = dict(pairs)
    if len(fields) != len(pairs) or len(pairs) > MAX_FIELDS:
        raise RequestRejected(400, "ช่องซ้ำหรือมากเกินไป", "a field is repeated, or there are too many")
    return fields
