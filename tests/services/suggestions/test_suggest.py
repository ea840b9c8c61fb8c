"""Tests of suggestions: what they are for, reasons, abstention, drafts, pages, statements."""

from decimal import Decimal

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.paging import PageRequest, SortKey, decode_cursor
from hub.domain.suggestions.suggestion import SuggestFor, SuggestionKey
from hub.errors import Invalid
from hub.services.suggestions.suggest import suggest
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import (
    INSERT_PROJECT,
    PROVINCE,
    SCOPES,
    BothSides,
    draft,
    insert_issues,
)
from tests.services.suggestions.made_up_world import (
    insert_located_project,
    insert_world,
    project_ids,
    stage_ids,
    suggestions_for,
)

CHON_BURI = SuggestFor(area_id="20")


async def test_a_project_is_suggested_the_stages_of_the_chain_of_its_areas_issues(
    fresh_database: Database,
) -> None:
    issues = await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, SuggestFor(project_id="publicity"))
    assert not found.abstained
    best = found.suggestions.nodes[0]
    assert best.key.stage_id == "tourism-east.marketing"
    assert {one.key.issue_id for one in found.suggestions.nodes} == set(issues)
    assert [one.rank for one in found.suggestions.nodes][:3] == [1, 2, 3]
    assert all(0 < one.score < 1 for one in found.suggestions.nodes)


async def test_reasons_name_phrases_place_and_year_in_both_languages(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, SuggestFor(project_id="publicity"))
    reasons = found.suggestions.nodes[0].reasons
    codes = [reason.code for reason in reasons]
    assert {"TITLE", "MANDATE", "PLACE", "PLACE_AND_YEAR"} <= set(codes)
    assert "“ท่องเที่ยว”" in " ".join(reason.text.th for reason in reasons)
    assert all(reason.text.th and reason.text.en for reason in reasons)
    weights = [reason.weight for reason in reasons]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) <= Decimal("1.05")


async def test_a_vehicle_fits_no_chain_and_the_text_names_the_phrase(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, SuggestFor(project_id="van"))
    assert found.abstained
    assert found.suggestions.nodes == []
    assert found.text is not None
    assert "รถตู้" in found.text.th
    assert "no value chain fits" in (found.text.en or "")


async def test_a_school_fits_a_chain_that_no_issue_of_the_area_follows(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, SuggestFor(project_id="school"))
    assert found.abstained
    assert found.text is not None
    assert "none of the 2 strategic issues" in (found.text.en or "")


async def test_a_project_of_another_year_or_area_is_suggested_nothing(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    await insert_located_project(fresh_database, "elsewhere", "ส่งเสริมการท่องเที่ยว", area_id="50")
    await fresh_database.pool.execute(
        "update project set fiscal_years = '{2040}' where id = 'publicity'"
    )
    for project_id in ("elsewhere", "publicity"):
        found = await suggestions_for(fresh_database, SuggestFor(project_id=project_id))
        assert found.abstained


async def test_the_issue_of_the_cluster_counts_for_its_provinces(
    fresh_database: Database,
) -> None:
    await insert_issues(fresh_database, "C2560-09", ["1"])
    await insert_located_project(fresh_database, "beach", "พัฒนาแหล่งท่องเที่ยวชายหาด", area_id="23")
    found = await suggestions_for(fresh_database, SuggestFor(project_id="beach"))
    parents = await fresh_database.pool.fetch(
        "select parent_id from area_membership where child_id = '23' and valid_to is null"
    )
    expected = "C2560-09" in {row["parent_id"] for row in parents}
    assert bool(found.suggestions.nodes) is expected


async def test_an_area_is_suggested_its_unlinked_projects_best_first(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, CHON_BURI)
    assert sorted(project_ids(found)) == ["publicity", "viewpoint"]
    scores = [one.score for one in found.suggestions.nodes]
    assert scores == sorted(scores, reverse=True)
    assert found.text is not None
    assert found.text.en == "4 projects without a linkage were considered; 2 fit"


async def test_a_linked_project_is_no_longer_suggested_to_the_area(
    fresh_database: Database,
) -> None:
    [issue, _] = await insert_world(fresh_database)
    sides = BothSides(fresh_database)
    owner = Viewer("mots", "department:05002", SCOPES, client_id="mots")
    await sides.propose_one(owner, draft("publicity", issue, stage_code="marketing"))
    assert project_ids(await suggestions_for(fresh_database, CHON_BURI)) == ["viewpoint"]
    left = await suggestions_for(fresh_database, SuggestFor(project_id="publicity"))
    linked = SuggestionKey("publicity", issue, "tourism-east.marketing")
    assert linked not in {one.key for one in left.suggestions.nodes}


async def test_an_issue_is_suggested_projects_once_each(fresh_database: Database) -> None:
    [issue, _] = await insert_world(fresh_database)
    found = await suggestions_for(fresh_database, SuggestFor(issue_id=issue))
    assert sorted(project_ids(found)) == ["publicity", "viewpoint"]
    assert {one.key.issue_id for one in found.suggestions.nodes} == {issue}


async def test_drafts_of_others_are_neither_suggested_nor_counted(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    before = await suggestions_for(fresh_database, CHON_BURI)
    for visibility in ("PRIVATE", "LISTED"):
        await insert_located_project(
            fresh_database, f"draft-{visibility}", "จัดงานเทศกาลท่องเที่ยว", visibility=visibility
        )
    after = await suggestions_for(fresh_database, CHON_BURI, ANONYMOUS)
    assert project_ids(after) == project_ids(before)
    assert after.text is not None
    assert before.text is not None
    assert after.text.en == before.text.en
    with pytest.raises(Invalid, match=r"for\.project"):
        await suggestions_for(fresh_database, SuggestFor(project_id="draft-PRIVATE"), ANONYMOUS)


async def test_a_draft_issue_is_not_suggested_to_others(fresh_database: Database) -> None:
    [issue] = await insert_issues(fresh_database, "20", ["secret"], visibility="PRIVATE")
    await insert_located_project(fresh_database, "publicity", "ประชาสัมพันธ์การท่องเที่ยว")
    found = await suggestions_for(fresh_database, SuggestFor(project_id="publicity"), ANONYMOUS)
    assert found.suggestions.nodes == []
    with pytest.raises(Invalid, match=r"for\.issue"):
        await suggestions_for(fresh_database, SuggestFor(issue_id=issue), ANONYMOUS)


async def test_pages_follow_each_other_without_gaps(fresh_database: Database) -> None:
    await insert_world(fresh_database)
    target = SuggestFor(project_id="publicity")
    whole = await suggestions_for(fresh_database, target)
    after: str | None = None
    collected: list[tuple[SuggestionKey, int]] = []
    while True:
        key: SortKey | None = None if after is None else decode_cursor(after, (int, str, str, str))
        page = await suggestions_for(fresh_database, target, page=PageRequest(1, key))
        collected += [(one.key, one.rank) for one in page.suggestions.nodes]
        after = page.suggestions.page_info.end_cursor
        if not page.suggestions.page_info.has_next_page:
            break
    assert collected == [(one.key, one.rank) for one in whole.suggestions.nodes]
    assert whole.suggestions.total == len(collected)


async def test_an_agreed_linkage_is_a_precedent_for_a_like_title(
    fresh_database: Database,
) -> None:
    [issue, _] = await insert_world(fresh_database)
    await insert_located_project(fresh_database, "again", "ประชาสัมพันธ์การท่องเที่ยวจังหวัดชลบุรี ปี 2")
    await fresh_database.pool.execute(
        "insert into linkage (id, project_id, issue_id, stage_id, status, visibility) values "
        "('agreed', 'publicity', $1, 'tourism-east.marketing', 'AGREED', 'PUBLISHED')",
        issue,
    )
    found = await suggestions_for(fresh_database, SuggestFor(project_id="again"))
    assert stage_ids(found)[0] == "tourism-east.marketing"
    assert "PRECEDENT" in [reason.code for reason in found.suggestions.nodes[0].reasons]


async def test_an_area_with_hundreds_of_projects_needs_the_same_statements(
    fresh_database: Database,
) -> None:
    await insert_world(fresh_database)
    await suggestions_for(fresh_database, CHON_BURI)
    few = await count_statements(fresh_database)
    await fresh_database.pool.executemany(
        INSERT_PROJECT, [(f"more-{n}", "department:05002", "PUBLISHED") for n in range(300)]
    )
    await fresh_database.pool.execute(
        "update project set name_th = 'ท่องเที่ยว ' || id where id like 'more-%'"
    )
    await fresh_database.pool.execute(
        "insert into project_area (project_id, area_id, basis) "
        "select id, '20', 'UNKNOWN' from project where id like 'more-%'"
    )
    await suggestions_for(fresh_database, CHON_BURI)  # reads the editions of the new version
    assert await count_statements(fresh_database) == few
    assert few <= 8


async def count_statements(database: Database) -> int:
    """Return the number of statements of one page for Chon Buri."""
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, PROVINCE)
        await suggest(unit, PROVINCE, CHON_BURI, PageRequest(20))
        return transaction.statement_count
