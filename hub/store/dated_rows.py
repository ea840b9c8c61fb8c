"""Rows with half-open periods of validity, read once and used for many dates."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from typing import Generic, TypeVar

import asyncpg

from hub.domain.time import is_in_force

Built = TypeVar("Built")


class DatedRows(Generic[Built]):
    """What is built of the rows in force on a date.

    Between two dates on which a row begins or ends it is the same, and is built once.
    """

    def __init__(
        self, rows: Sequence[asyncpg.Record], build: Callable[[Sequence[asyncpg.Record]], Built]
    ) -> None:
        self._rows = rows
        self._build = build
        boundaries = {row[name] for row in rows for name in ("valid_from", "valid_to")}
        self._change_dates = sorted(boundaries - {None})
        self._built: dict[int, Built] = {}

    def on(self, day: date) -> Built:
        """Return what is built of the rows in force on a date."""
        period = bisect_right(self._change_dates, day)
        if period not in self._built:
            self._built[period] = self._build(
                [row for row in self._rows if is_in_force(row["valid_from"], row["valid_to"], day)]
            )
        return self._built[period]
