"""Secrets kept out of what is written down: addresses, messages, log lines.

Some agencies take the secret in the query (`user_token`, `api-key`, `ConsumerSecret`), and HTTP
libraries log and quote addresses. So a value is masked by the name it stands under, wherever it
appears, and the values a source really uses are masked wherever they appear under no name at all.
"""

import logging
import re
from typing import Final

MASK: Final = "***"
MASKED_NAMES: Final = (
    r"user[_-]?token|api[_-]?key|access[_-]?token|refresh[_-]?token|client[_-]?secret|"
    r"consumer[_-]?secret|consumer[_-]?key|agentid|password|secret|signature|authorization|token|key|sig"
)
QUERY_SECRET_PATTERN: Final = re.compile(rf"(?i)([?&](?:{MASKED_NAMES})=)[^&#\s'\"]*")
USERINFO_PATTERN: Final = re.compile(r"(://)[^/@\s?#'\"]+@")
AUTHORIZATION_PATTERN: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
REDACTED_LOGGERS: Final = ("httpx2", "httpcore2", "authlib")
MIN_SECRET_LENGTH: Final = 4
"""A secret shorter than this is masked by name only: masking every `1` would hide the story."""


def redact(text: str, values: frozenset[str] = frozenset()) -> str:
    """A text without what stands under a secret's name, and without these values."""
    text = QUERY_SECRET_PATTERN.sub(rf"\1{MASK}", text)
    text = USERINFO_PATTERN.sub(rf"\1{MASK}@", text)
    text = AUTHORIZATION_PATTERN.sub(rf"\1 {MASK}", text)
    for value in values:
        if len(value) >= MIN_SECRET_LENGTH:
            text = text.replace(value, MASK)
    return text


class RedactingFilter(logging.Filter):
    """Masks what a library logs, before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """The record, its message made and masked."""
        try:
            record.msg = redact(record.getMessage())
        except (TypeError, ValueError):
            record.msg = f"{record.name}: unreadable log message"
        record.args = ()
        return True


REDACTING_FILTER: Final = RedactingFilter()


def redact_library_logs() -> None:
    """Mask the lines of the libraries that see addresses; calling it again changes nothing.

    A filter of a logger is not asked about its children's lines, so every one there is gets it.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in REDACTED_LOGGERS:
            logging.getLogger(name).addFilter(REDACTING_FILTER)
    for name in REDACTED_LOGGERS:
        logging.getLogger(name).addFilter(REDACTING_FILTER)
