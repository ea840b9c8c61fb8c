"""A decision on a name from the command line has the kind of the questions about that name."""

import pytest

from hub.domain.sources.records import NameKind
from hub.errors import Invalid, NotFound
from hub.services.sources.settle_rows import decide_name
from hub.services.sources.source_status import list_recorded_rulings
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, build_row, read
from tests.services.sources.ruled_source import fetch_waiting_keys, run_ingest


async def test_kind_is_that_of_the_question(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, owner="กรมทดลอง"), build_row(2, area="ตราดด"))
    target = await fresh_database.pool.fetchval("select id from agency where kind = 'DEPARTMENT'")
    for name, code in ((" กรมทดลอง", target), ("ตราดด", "23")):
        await decide_name(fresh_database, SPEC, read, "x", name=name, target=code)
    decided = {one.name: one.decision for one in await list_recorded_rulings(fresh_database)}
    assert {name: one and one.kind for name, one in decided.items()} == {
        "กรมทดลอง": NameKind.AGENCY,
        "ตราดด": NameKind.AREA,
    }
    assert await fetch_waiting_keys(fresh_database) == []
    # The name does not wait any more, but its ruling is in force.
    await decide_name(fresh_database, SPEC, read, "x", name="ตราดด", target="21")


async def test_name_of_both_kinds_needs_the_kind(fresh_database: Database) -> None:
    name = "ทดลองแห่งหนึ่ง"
    await run_ingest(fresh_database, build_row(1, owner=name), build_row(2, area=name))
    with pytest.raises(Invalid, match=r"--kind AREA หรือ --kind AGENCY .* --kind AREA or"):
        await decide_name(fresh_database, SPEC, read, "x", name=name, target="23")
    await decide_name(fresh_database, SPEC, read, "x", name=name, target="23", kind=NameKind.AREA)
    assert await fetch_waiting_keys(fresh_database) == ["r1"]


@pytest.mark.parametrize("name", ["nobody", "1,00", "งาน 1", ""])
async def test_text_that_is_no_name_in_doubt_is_not_found(
    fresh_database: Database, name: str
) -> None:
    await run_ingest(fresh_database, build_row(1, "1,00"), build_row(2))
    with pytest.raises(NotFound, match="no waiting row has the name"):
        await decide_name(fresh_database, SPEC, read, "x", name=name, target="23")
