"""The version of the data: read in a snapshot, or for all requests of a process that wait for it.

Triggers note each transaction that changes a table of `TRACKED` (migration 0035). A note becomes
visible with the changes, so a version is the number of visible notes and the exclusive or of their
random marks; folding notes into `data_version` changes neither. After a restore of an earlier
state the marks differ, although the numbers are used again.
"""

import asyncio
import re
from datetime import datetime
from functools import lru_cache
from typing import Final

import asyncpg

from hub.domain.data_version import AnswerValidity, DataVersion
from hub.domain.provenance import Cadence
from hub.domain.sources.freshness import freshness_limits
from hub.store.connections import CONNECTION_ERRORS
from hub.store.database import Database
from hub.store.listener import retrieve_exception
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import metadata
from hub.store.version_cache import CURRENT_VERSION

DERIVED: Final = frozenset(
    {
        "data_change",
        "data_version",
        "rollup_attributes",
        "rollup_change",
        "rollup_count",
        "rollup_entry",
        "rollup_money",
        "rollup_place",
        "rollup_place_set",
    }
)
"""Tables that are computed from others: they change what an answer costs, and not the answer."""
UNTRACKED: Final = frozenset(
    {
        "access_head",
        "access_log",
        "authorization_code",
        "change",
        "change_head",
        "change_queue",
        "client_assertion",
        "finding_change",
        "finding_plan_change",
        "import_issue",
        "import_job",
        "person_session",
        "receipt",
        "session_event",
        "session_presence",
        "sign_in_attempt",
        "signing_key",
        "upload",
        "webhook",
        "webhook_delivery",
    }
)
"""Tables that change often without a change of other answers; what is read from them is not cached.
"""
TRACKED: Final = frozenset(metadata.tables) - DERIVED - UNTRACKED
READS_UNTRACKED: Final = re.compile(
    rf"(?<![\w'])(?:{'|'.join(sorted(UNTRACKED))})(?![\w'])|\baudit\."
)

VALID_UNTIL: Final = """
select min(s.last_success_at + late.age) as fresh_until, (
    select min(until) from data_sharing
    where revoked_at is null and until > transaction_timestamp()
) as shared_until
from source s join unnest($2::text[], $3::interval[]) late (cadence, age)
    on late.cadence = s.cadence
where s.last_success_at + late.age >= $1
"""
"""When the freshness of a source changes after $1, and when an agreement ends."""
FOLD: Final = "select fold_data_changes()"
LIMITS: Final = [(one.value, age) for one in Cadence for age in freshness_limits(one)]


class DataVersions:
    """The current version, for the requests of one process.

    Requests that wait share one statement, which begins after each of them: at most one connection
    is used, and no version is older than the request that gets it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: asyncio.Task[DataVersion] | None = None
        self._next: asyncio.Task[DataVersion] | None = None

    async def current(self) -> DataVersion:
        """Return the version at some instant after this call; `NotReady` without a database."""
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._running))
            self._next.add_done_callback(retrieve_exception)
        return await asyncio.shield(self._next)

    async def _read_after(self, running: asyncio.Task[DataVersion] | None) -> DataVersion:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None  # who calls from now on needs a later one
        async with self._database.read_transaction() as transaction:
            [row] = await transaction.fetch(CURRENT_VERSION)
        return DataVersion(row["version"], row["at"])


async def find_validity(transaction: ReadTransaction, now: datetime) -> AnswerValidity | None:
    """Return the version of a snapshot and until when what was read from it is right after `now`.

    None if what was read belongs to no single snapshot, was read from untracked tables, or
    contains other agencies' unpublished rows; and if nothing was read.
    """
    if transaction.unpublished or transaction.left_snapshot or not transaction.statement_count:
        return None
    if any(map(reads_untracked, transaction.sent_statements)):
        return None
    cadences, ages = zip(*LIMITS, strict=True)
    [until] = await transaction.fetch(VALID_UNTIL, now, cadences, ages)
    [row] = await transaction.fetch(CURRENT_VERSION)
    version = DataVersion(row["version"], row["at"])
    return AnswerValidity(version, now, until["fresh_until"], until["shared_until"])


@lru_cache(maxsize=2_000)
def reads_untracked(sql: str) -> bool:
    """Return whether a statement names an untracked table; a column of that name counts as well."""
    return READS_UNTRACKED.search(sql) is not None


async def fold_data_changes(database: Database) -> int:
    """Fold the notes of committed transactions into one row; return their number, 0 on errors."""
    try:
        async with database.write_transaction() as connection:
            folded: int = await connection.fetchval(FOLD)
            return folded
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return 0
