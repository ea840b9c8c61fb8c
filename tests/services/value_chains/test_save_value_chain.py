"""Saving chains of areas: rights, versions, what is refused and why, and what remains."""

from dataclasses import replace

import pytest

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_commands import IssueLookup, LinkageDraft
from hub.domain.lookups import Lookup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.domain.value_chain import StageKind
from hub.domain.value_chain_commands import PhaseDraft, StageDraft, ValueChainSaveCommand
from hub.store.database import Database
from tests.services.linkages.both_sides import BothSides, insert_issues, insert_project
from tests.services.value_chains.saved_chains import (
    CHON_BURI,
    ENERGY,
    RAYONG,
    ROI_ET,
    SCOPES,
    STAGES,
    STEWARD,
    codes,
    read_chain,
    save,
)


async def test_new_chain_has_its_stages_phases_levels_and_mapping(
    fresh_database: Database,
) -> None:
    payload = await save(fresh_database, CHON_BURI, ENERGY)
    assert payload.user_errors == ()
    assert (payload.chain_id, payload.mapping_id) == (
        "energy-chon-buri",
        "energy-chon-buri:industry",
    )
    found = await read_chain(fresh_database, "energy-chon-buri")
    assert (found["version"], found["area"]) == (1, "20")
    assert found["mappings"] == [("industry", 1, "province:20")]
    assert [(one.code, one.order, one.kind.value) for one in found["stages"]] == [
        ("supply", 1, "MAIN"),
        ("grid", 2, "MAIN"),
        ("saving", 3, "SUPPORT"),
    ]
    assert found["pairs"] == [
        ("supply", "production-factors"),
        ("saving", "production-factors"),
        ("saving", "market"),
    ]
    assert found["phases"] == ["ระยะแรก"]
    origins = await fresh_database.pool.fetch(
        "select source_id, citation from provenance where subject like '%energy-chon-buri%'"
    )
    assert len(origins) == 1 + 3 + 1 + 1 + 3
    assert {tuple(row) for row in origins} == {("saved-value-chains", "province:20")}


async def test_repeated_key_returns_the_first_result_and_another_content_is_a_conflict(
    fresh_database: Database,
) -> None:
    first = await save(fresh_database, CHON_BURI, ENERGY, idempotency_key="one")
    again = await save(fresh_database, CHON_BURI, ENERGY, idempotency_key="one")
    assert (again.chain_id, again.mapping_id) == (first.chain_id, first.mapping_id)
    other = await save(fresh_database, CHON_BURI, ENERGY, idempotency_key="one", name="อื่น")
    assert codes(other) == [UserErrorCode.IDEMPOTENCY_CONFLICT]
    duplicate = await save(fresh_database, CHON_BURI, ENERGY)
    assert codes(duplicate) == [UserErrorCode.DUPLICATE]
    assert duplicate.user_errors[0].current_gid == "gid://hub/ValueChain/energy-chon-buri"


@pytest.mark.parametrize("viewer", [RAYONG, ROI_ET, replace(STEWARD, scopes=SCOPES)])
async def test_only_agencies_of_the_area_save_its_chain(
    fresh_database: Database, viewer: Viewer
) -> None:
    refused = await save(fresh_database, viewer, ENERGY)
    assert codes(refused) == [UserErrorCode.NOT_ALLOWED]
    await save(fresh_database, CHON_BURI, ENERGY)
    taken = await save(
        fresh_database,
        viewer,
        ENERGY,
        chain_id=ENERGY.code,
        expected_version=1,
        area_id=(viewer.agency_id or "").removeprefix("province:").replace("ministry:01", "20"),
    )
    assert codes(taken) == [UserErrorCode.NOT_ALLOWED]
    assert (await read_chain(fresh_database, ENERGY.code))["area"] == "20"


async def test_operations_centre_of_the_cluster_saves_its_chain_and_other_members_do_not(
    fresh_database: Database,
) -> None:
    cluster = replace(ENERGY, area_id="C2560-08", code="energy-east")
    assert codes(await save(fresh_database, RAYONG, cluster)) == [UserErrorCode.NOT_ALLOWED]
    assert codes(await save(fresh_database, CHON_BURI, cluster)) == []


async def test_chain_of_the_whole_country_needs_a_steward(fresh_database: Database) -> None:
    sport = replace(ENERGY, area_id="TH", code="sport", name="กีฬา", theme="sport")
    assert codes(await save(fresh_database, CHON_BURI, sport)) == [UserErrorCode.NOT_ALLOWED]
    assert codes(await save(fresh_database, STEWARD, sport)) == []
    found = await read_chain(fresh_database, "sport")
    assert (found["area"], found["mappings"]) == (None, [("industry", 1, "ministry:01")])
    change = {"chain_id": "sport", "expected_version": 1}
    taken = await save(fresh_database, CHON_BURI, sport, area_id="20", **change)
    assert codes(taken) == [UserErrorCode.NOT_ALLOWED]


async def test_change_needs_the_version_that_was_read_and_increments_it(
    fresh_database: Database,
) -> None:
    await save(fresh_database, CHON_BURI, ENERGY)
    change = replace(ENERGY, chain_id=ENERGY.code, name="ชื่อใหม่")
    for version in (None, 0, 2):
        stale = await save(fresh_database, CHON_BURI, change, expected_version=version)
        assert codes(stale) == [UserErrorCode.STALE_VERSION]
        assert stale.user_errors[0].current_gid == f"gid://hub/ValueChain/{ENERGY.code}"
    assert codes(await save(fresh_database, CHON_BURI, change, expected_version=1)) == []
    found = await read_chain(fresh_database, ENERGY.code)
    assert (found["version"], found["mappings"]) == (2, [("industry", 2, "province:20")])
    same = await save(fresh_database, CHON_BURI, change, expected_version=2)
    assert codes(same) == []
    assert (await read_chain(fresh_database, ENERGY.code))["version"] == 2


async def test_version_that_was_read_is_never_reached_again_by_another_mapping(
    fresh_database: Database,
) -> None:
    unmapped = tuple(replace(one, maps_to=()) for one in STAGES)
    change = replace(ENERGY, chain_id=ENERGY.code, stages=unmapped)
    await save(fresh_database, CHON_BURI, ENERGY)
    await save(fresh_database, CHON_BURI, change, expected_version=1, template_id="tourism")
    found = await read_chain(fresh_database, ENERGY.code)
    assert found["mappings"] == [("tourism", 2, "province:20")]
    stale = await save(fresh_database, CHON_BURI, change, expected_version=1, template_id=None)
    assert codes(stale) == [UserErrorCode.STALE_VERSION]
    await save(fresh_database, CHON_BURI, change, expected_version=2, template_id=None)
    found = await read_chain(fresh_database, ENERGY.code)
    assert (found["version"], found["mappings"], found["pairs"]) == (3, [], [])
    stale = await save(fresh_database, CHON_BURI, change, expected_version=2)
    assert codes(stale) == [UserErrorCode.STALE_VERSION]
    assert codes(await save(fresh_database, CHON_BURI, change, expected_version=3)) == []


async def test_linked_stage_cannot_be_removed_and_the_error_names_it(
    fresh_database: Database,
) -> None:
    await save(fresh_database, CHON_BURI, ENERGY)
    [issue] = await insert_issues(fresh_database, "20", ["1"])
    await fresh_database.pool.execute("update issue_revision set chain_id = $1", ENERGY.code)
    await insert_project(fresh_database, "p1")
    draft = LinkageDraft(Lookup(key="p1"), IssueLookup(key=issue), "พลังงาน", stage_code="grid")
    proposed = await BothSides(fresh_database).propose(CHON_BURI, draft)
    assert proposed.results[0].user_errors == ()
    change = replace(ENERGY, chain_id=ENERGY.code, expected_version=1)
    refused = await save(fresh_database, CHON_BURI, change, stages=STAGES[:1])
    assert codes(refused) == [UserErrorCode.INVALID_VALUE]
    [error] = refused.user_errors
    assert error.field == ["input", "stages"]
    assert "grid" in error.message.th
    assert "grid" in (error.message.en or "")
    assert "saving" not in error.message.th
    found = await read_chain(fresh_database, ENERGY.code)
    assert [one.code for one in found["stages"]] == ["supply", "grid", "saving"]
    assert codes(await save(fresh_database, CHON_BURI, change, stages=STAGES[:2])) == []
    found = await read_chain(fresh_database, ENERGY.code)
    assert [one.code for one in found["stages"]] == ["supply", "grid"]
    removed = "select count(*) from history.stage where id = 'energy-chon-buri.saving'"
    assert await fresh_database.pool.fetchval(removed) == 1


async def test_stage_of_a_request_for_work_cannot_be_removed(fresh_database: Database) -> None:
    await save(fresh_database, CHON_BURI, ENERGY)
    [issue] = await insert_issues(fresh_database, "20", ["1"])
    await fresh_database.pool.execute(
        "insert into work_request (id, area_id, agency_id, issue_id, stage_id, text, first_year, "
        "last_year, created_at) values ('w1', '20', 'province:20', $1, $2, 'x', 2023, 2023, now())",
        issue,
        f"{ENERGY.code}.saving",
    )
    change = replace(ENERGY, chain_id=ENERGY.code, expected_version=1, stages=STAGES[:1])
    refused = await save(fresh_database, CHON_BURI, change)
    assert "saving" in refused.user_errors[0].message.th


async def test_role_chains_of_the_deck_are_not_changed(fresh_database: Database) -> None:
    for viewer in (STEWARD, CHON_BURI):
        refused = await save(
            fresh_database,
            viewer,
            ENERGY,
            chain_id="tourism",
            code="tourism",
            area_id="TH" if viewer is STEWARD else "20",
            expected_version=1,
        )
        assert codes(refused) == [UserErrorCode.WRONG_STATUS]


async def test_everything_that_is_invalid_is_reported_at_once(fresh_database: Database) -> None:
    years = FiscalYearRange(FiscalYear(2023), FiscalYear(2025))
    broken = replace(
        ENERGY,
        code="Energy!",
        name=" ",
        actor_levels=(ActorLevel.LOCAL, ActorLevel.LOCAL),
        stages=(
            StageDraft("a", "", StageKind.MAIN, maps_to=("no-such-stage",)),
            StageDraft("a", "ข", StageKind.MAIN),
        ),
        phases=(PhaseDraft("1", years), PhaseDraft("2", years)),
    )
    payload = await save(fresh_database, CHON_BURI, broken)
    fields = [".".join(one.field or ()) for one in payload.user_errors]
    assert fields == [
        "input.code",
        "input.name",
        "input.actorLevels",
        "input.stages",
        "input.stages.0.name",
        "input.phases.1.fiscalYears",
        "input.stages.0.mapsTo",
    ]
    assert set(codes(payload)) == {UserErrorCode.INVALID_VALUE}
    assert not await fresh_database.pool.fetchval("select count(*) from receipt")


@pytest.mark.parametrize("chain", ["generic-template", "tourism-east", "no-such-chain"])
async def test_template_must_have_a_role_matrix(fresh_database: Database, chain: str) -> None:
    refused = await save(fresh_database, CHON_BURI, ENERGY, template_id=chain)
    assert [one.field for one in refused.user_errors] == [["input", "template"]]


async def test_saved_mapping_of_a_chain_of_the_deck_keeps_names_and_notes_that_stay(
    fresh_database: Database,
) -> None:
    before = await read_chain(fresh_database, "tourism-east")
    stages = tuple(
        StageDraft(
            one.code,
            one.name.th,
            one.kind,
            maps_to={"attractions": ("products-services",), "entrepreneurs": ("management",)}.get(
                one.code, ()
            ),
        )
        for one in before["stages"]
    )
    command = ValueChainSaveCommand(
        "",
        "C2552-09",
        "tourism-east",
        before["name"].th,
        tuple(ActorLevel),
        stages,
        chain_id="tourism-east",
        expected_version=1,
        theme="tourism",
        template_id="tourism",
    )
    assert codes(await save(fresh_database, CHON_BURI, command)) == []
    after = await read_chain(fresh_database, "tourism-east")
    assert after["name"] == before["name"]
    assert [one.name for one in after["stages"]] == [one.name for one in before["stages"]]
    assert after["pairs"] == [("attractions", "products-services"), ("entrepreneurs", "management")]
    assert after["mappings"] == [("tourism", 2, "province:20")]
    notes = await fresh_database.pool.fetch(
        "select note_th is not null as has_note from stage_mapping order by stage_id"
    )
    assert [row["has_note"] for row in notes] == [True, False]
    sources = "select source_id from provenance where subject = $1"
    assert await fresh_database.pool.fetchval(sources, "gid://hub/ValueChain/tourism-east") == (
        "opdc-deck-2553"
    )
    mapping = "gid://hub/ValueChainMapping/tourism-east:tourism"
    assert await fresh_database.pool.fetchval(sources, mapping) == "saved-value-chains"
