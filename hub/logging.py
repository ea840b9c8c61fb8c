"""Structured logging: one JSON object per line, to standard error.

Never log query variables, request bodies, headers or a DSN: they may contain personal data or
secrets.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

EXTRA_FIELDS = ("incident", "operation", "repeated")
"""Fields a log line may have besides its message, passed as `extra=`."""
REPEAT_WINDOW = 60.0
"""Seconds in which a message is logged `MAX_REPEATS` times at most."""
MAX_REPEATS = 10
MAX_MESSAGES = 1_000
"""Messages that are counted at the same time."""


class RepeatLimit(logging.Filter):
    """Drops a message that was logged too often, so that a client cannot fill the disk with it.

    The next line of that message has the number of dropped ones as `repeated`. Records with an
    exception are never dropped.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._counts: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged."""
        if record.exc_info:
            return True
        key, now = (record.name, str(record.msg)), self._monotonic()
        since, count = self._counts.get(key, (now, 0))
        if now - since >= REPEAT_WINDOW:
            if count > MAX_REPEATS:
                record.repeated = count - MAX_REPEATS
            since, count = now, 0
        if len(self._counts) >= MAX_MESSAGES and key not in self._counts:
            self._counts.clear()
        self._counts[key] = since, count + 1
        return count < MAX_REPEATS


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
        handler.addFilter(RepeatLimit())
        root.addHandler(handler)
    root.setLevel(level)
