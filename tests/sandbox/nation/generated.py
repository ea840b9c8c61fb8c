"""The size of the nation that the tests generate."""

from datetime import UTC, datetime
from typing import Final

NOW: Final = datetime(2026, 1, 15, tzinfo=UTC)
"""In fiscal year 2026 CE."""
PROJECTS: Final = 3_000
YEARS: Final = 5
