"""What the hub writes down while it runs: one JSON object a line, to standard error.

Never a query's variables, a body, a header or a DSN: those may hold what is nobody else's business.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

EXTRA_FIELDS = ("incident", "operation")
"""What a line may carry besides its message; given by `extra=`."""


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON, Thai left as it is."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
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
    """Write to standard error; calling it again changes nothing."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    root.setLevel(level)
