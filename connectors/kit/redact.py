"""Remove secrets from addresses, messages and log lines.

Some agencies take the secret in the query (`user_token`, `api-key`, `ConsumerSecret`), and HTTP
libraries log and quote addresses. So values are masked by the name of their parameter, and the
secrets in use are masked wherever they appear.
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
"""Shorter secrets are masked by name only: masking every `1` would make texts unreadable."""


def redact(text: str, values: frozenset[str] = frozenset()) -> str:
    """Return a text without the values of secret parameters and without these values."""
    text = QUERY_SECRET_PATTERN.sub(rf"\1{MASK}", text)
    text = USERINFO_PATTERN.sub(rf"\1{MASK}@", text)
    text = AUTHORIZATION_PATTERN.sub(rf"\1 {MASK}", text)
    for value in values:
        if len(value) >= MIN_SECRET_LENGTH:
            text = text.replace(value, MASK)
    return text


class RedactingFilter(logging.Filter):
    """Filter that redacts log records before handlers receive them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Format and redact the message of a record; always true."""
        try:
            record.msg = redact(record.getMessage())
        except (TypeError, ValueError):
            record.msg = f"{record.name}: unreadable log message"
        record.args = ()
        return True


REDACTING_FILTER: Final = RedactingFilter()


def redact_library_logs() -> None:
    """Redact the logs of libraries that log addresses; idempotent.

    A logger's filter does not apply to records of its children, so each existing one gets the
    filter.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in REDACTED_LOGGERS:
            logging.getLogger(name).addFilter(REDACTING_FILTER)
    for name in REDACTED_LOGGERS:
        logging.getLogger(name).addFilter(REDACTING_FILTER)
