"""Errors of the OAuth endpoints as RFC 6749 specifies, with a message for people."""

import re
from typing import Any, Final

from authlib.oauth2 import OAuth2Error

THAI_MESSAGES: Final = {
    "invalid_client": "ยืนยันตัวตนของไคลเอนต์ไม่ได้ ตรวจชื่อ รหัสลับ หรือกุญแจ",
    "invalid_request": "คำขอไม่ถูกต้อง",
    "invalid_scope": "ขอสิทธิ์ที่ไคลเอนต์นี้ไม่ได้รับ",
    "invalid_target": "ไม่รู้จักทรัพยากรที่ขอ (resource)",
    "unauthorized_client": "ไคลเอนต์นี้ใช้วิธีนี้ไม่ได้",
    "invalid_grant": "รหัสแลกโทเค็นใช้ไม่ได้ หมดเวลา หรือใช้ไปแล้ว ให้ลงชื่อเข้าใช้ใหม่",
    "unsupported_grant_type": "ใช้ได้เฉพาะ client_credentials และ authorization_code",
    "unsupported_response_type": "ใช้ได้เฉพาะ response_type=code",
    "insecure_transport": "ตั้ง HUB_PUBLIC_URL เป็น https ก่อน รหัสลับจะไม่รั่วระหว่างทาง",
}
FORBIDDEN_CHARACTERS: Final = re.compile(r"[^ !#-\[\]-~]")
"""Characters that `error_description` must not contain (RFC 6749, section 5.2)."""
OAuthAnswer = tuple[int, Any, dict[str, str]]
"""The status, the body and the headers of a response."""


def describe_error(error: OAuth2Error) -> OAuthAnswer:
    """Return an error as RFC 6749 section 5.2 specifies, with a `message` for people.

    `error_description` may contain ASCII only. It does not disclose whether the id or the secret of
    a client was wrong.
    """
    name = str(error.error)
    headers = {}
    status = 400
    english = FORBIDDEN_CHARACTERS.sub("?", error.get_error_description() or name)[:300]
    if name == "invalid_client":
        status, headers = 401, {"WWW-Authenticate": 'Basic realm="hub"'}
        if "does not exist" in english or "cannot authenticate" in english:
            english = "the client is unknown, disabled, or failed to authenticate"
    body = {
        "error": name,
        "error_description": english,
        "message": f"{THAI_MESSAGES.get(name, 'คำขอไม่ถูกต้อง')} · {english}",
    }
    return status, body, headers
