"""Two people rule on one name: one wins, the other is rejected and stores nothing."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.domain.sources.rulings import QuarantineSettlement
from hub.errors import Conflict, StaleVersion
from hub.services.sources.source_status import list_recorded_rulings
from hub.store.database import Database
from hub.store.ingest.source_lock import open_ingest_session, open_ruling_session
from tests.ingest.made_up_source import SPEC, build_row
from tests.services.sources.ruled_source import (
    fetch_amounts_by_area,
    fetch_waiting_keys,
    revoke,
    rule_on_area,
    run_ingest,
)


def sort_results(
    results: Sequence[QuarantineSettlement | BaseException],
) -> tuple[list[QuarantineSettlement], list[BaseException]]:
    done = [one for one in results if isinstance(one, QuarantineSettlement)]
    return done, [one for one in results if isinstance(one, BaseException)]


@pytest.mark.parametrize("people", [("somsri", "somchai"), ("somsri", "somsri")])
async def test_one_of_two_rulings_sent_at_once_wins(
    fresh_database: Database, people: tuple[str, str]
) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"), build_row(2, area="ตราดด"))
    # Both are sent while the lock is taken, so that neither has seen the other's ruling.
    async with open_ruling_session(fresh_database, SPEC.id):
        both = asyncio.gather(
            rule_on_area(fresh_database, "ตราดด", "23", people[0]),
            rule_on_area(fresh_database, "ตราดด", "21", people[1]),
            return_exceptions=True,
        )
        await asyncio.sleep(0.5)
    done, rejected = sort_results(await both)
    assert [one.settled for one in done] == [2]
    assert [type(one) for one in rejected] == [StaleVersion]
    assert "has ruled on this name already" in str(rejected[0])
    assert len(await fetch_amounts_by_area(fresh_database)) == 1
    assert len(await list_recorded_rulings(fresh_database)) == 1


async def test_ruling_of_another_person_is_replaced_only_by_naming_it(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    first = await rule_on_area(fresh_database, "ตราดด", "21", "somsri")
    with pytest.raises(StaleVersion, match=f"somsri has ruled .* ruling {first.ruling_id}"):
        await rule_on_area(fresh_database, "ตราดด", "23", "somchai")
    await rule_on_area(fresh_database, "ตราดด", "23", "somchai", replaces=first.ruling_id)
    assert await fetch_amounts_by_area(fresh_database) == {"23": 100_000}
    with pytest.raises(StaleVersion, match="is not in force"):
        await rule_on_area(fresh_database, "ตราดด", "20", "somsri", replaces=first.ruling_id)


async def test_rulings_on_different_names_sent_at_once_are_all_applied(
    fresh_database: Database,
) -> None:
    names = [f"ตราด{'ด' * n}" for n in range(1, 5)]
    await run_ingest(fresh_database, *(build_row(n, area=name) for n, name in enumerate(names)))
    results = await asyncio.gather(*(rule_on_area(fresh_database, name, "23") for name in names))
    assert [one.settled for one in results] == [1, 1, 1, 1]
    assert await fetch_waiting_keys(fresh_database) == []


async def test_one_of_two_revocations_is_rejected(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    ruling = await rule_on_area(fresh_database, "ตราดด", "21")
    results = await asyncio.gather(
        revoke(fresh_database, ruling.ruling_id, "somsri", 1),
        revoke(fresh_database, ruling.ruling_id, "somchai", 1),
        return_exceptions=True,
    )
    done, rejected = sort_results(results)
    assert (len(done), [type(one) for one in rejected]) == (1, [StaleVersion])


async def test_ruling_during_a_run_is_refused(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    async with open_ingest_session(fresh_database, SPEC.id):
        with pytest.raises(Conflict, match="a run of made_up is in progress"):
            await rule_on_area(fresh_database, "ตราดด", "21")
    assert (await rule_on_area(fresh_database, "ตราดด", "21")).settled == 1
