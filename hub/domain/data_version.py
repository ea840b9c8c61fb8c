"""The version of the data, and until when an answer that was read from it is right."""

from datetime import date, datetime

from hub.domain.record import value
from hub.domain.time import BANGKOK


@value
class DataVersion:
    """The version of the data in one snapshot, and its time by the clock of the database.

    `text` differs between two snapshots if a transaction that changed what answers contain was
    committed between them, rights included.
    """

    text: str
    at: datetime

    @property
    def day(self) -> date:
        """Return the day in Bangkok by which the database decides what is in force."""
        return self.at.astimezone(BANGKOK).date()


@value
class AnswerValidity:
    """What an answer was read from, and until when it is right.

    `at` is the time of its request, and `fresh_until` when the freshness of a source changes next,
    by the hub's clock. `shared_until` is when an agreement ends next, by the database's clock; at
    that instant it has ended. Null: never.
    """

    version: DataVersion
    at: datetime
    fresh_until: datetime | None
    shared_until: datetime | None

    def includes(self, now: datetime, version: DataVersion) -> bool:
        """Return whether the answer is right at a time of the hub and of the database, on the same
        days and the same version.
        """
        return (self.fresh_until is None or now <= self.fresh_until) and (
            self.shared_until is None or version.at < self.shared_until
        )
