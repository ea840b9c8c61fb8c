"""Alembic migrations; `hub.store.migrate` runs them if a database lacks any."""

from pathlib import Path
from typing import Final

MIGRATIONS_FOLDER: Final = Path(__file__).parent
MIGRATION_LOCK: Final = 0x6275_7261_6E61  # "burana"
