"""Everything that differs between machines, read once from the environment.

Only `hub.app` and `hub.cli` read settings; everyone else is handed what it needs.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from hub.errors import Invalid


class Setting(NamedTuple):
    """One setting: its variable, what it is when unset, and what it does."""

    name: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What this process was told; see `Settings.ALL` for the variables behind it."""

    ALL: ClassVar[tuple[Setting, ...]] = (
        Setting("HUB_HOST", "127.0.0.1", "address to listen on"),
        Setting("HUB_PORT", "8000", "port to listen on"),
        Setting("HUB_DATA_DIR", ".hub", "folder of the embedded database, made when missing"),
        Setting("HUB_DATABASE_URL", "", "a PostgreSQL server to use instead of the embedded one"),
        Setting("HUB_POOL_SIZE", "10", "database connections at most"),
    )

    host: str
    port: int
    data_dir: Path
    data_dir_chosen: bool
    database_url: str | None
    pool_size: int

    @classmethod
    def read(cls) -> "Settings":
        """From the environment; `Invalid` names the variable that is wrong."""
        told = {s.name: os.environ.get(s.name) or s.default for s in cls.ALL}  # noqa: TID251 - here
        return cls(
            host=told["HUB_HOST"],
            port=whole("HUB_PORT", told["HUB_PORT"], 0, 65535),
            data_dir=Path(told["HUB_DATA_DIR"]).expanduser().absolute(),
            data_dir_chosen=bool(os.environ.get("HUB_DATA_DIR")),  # noqa: TID251 - the one place
            database_url=told["HUB_DATABASE_URL"] or None,
            pool_size=whole("HUB_POOL_SIZE", told["HUB_POOL_SIZE"], 1, 500),
        )


def whole(name: str, text: str, least: int, most: int) -> int:
    """A whole number in its bounds, or `Invalid` with the variable's name."""
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ต้องเป็นจำนวนเต็ม {least} ถึง {most}",
            f"{text!r} will not do; give a whole number from {least} to {most}",
        )
    return int(text)
