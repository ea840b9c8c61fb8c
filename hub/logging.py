"""Structured logging: one JSON object per line, to standard error.

Never log query variables, request bodies, headers or a DSN: they may contain personal data or
secrets.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

EXTRA_FIELDS = ("incident", "operation")
"""Fields a log line may have besides its message, passed as `extra=`."""


class JsonFormatter(logging.Formatter):
    """Format a log record as one line of JSON; Thai is not escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in EXTRA_FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: int = logging.WARNING) -> None:
    """Log to standard error as JSON; a second call changes only the level."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    root.setLevel(level)
