"""An operator's file makes a source of a connector, or is told by file and key what is wrong."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.registry import (
    CONNECTORS_FOLDER,
    find_connector,
    list_connector_kinds,
    list_source_files,
    load_connectors,
    load_source_file,
)
from hub.domain.budget import BudgetPhase
from hub.domain.provenance import Cadence
from hub.domain.sources.spec import MoneyUnit
from hub.errors import Invalid

MINISTRY = (CONNECTORS_FOLDER / "source_contract/sample/moac_projects.toml").read_text("utf-8")
TABLE = (CONNECTORS_FOLDER / "ckan_datastore/sample/small_ports.toml").read_text("utf-8")
Put = Callable[[str, str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_two_ministries_are_two_sources_of_one_connector_beside_the_built_in_ones(
    put: Put, tmp_path: Path
) -> None:
    put("moac_projects.toml", MINISTRY)
    put("moc_projects.toml", MINISTRY.replace("ministry:07", "ministry:11"))
    found = load_connectors(tmp_path)
    assert {"govspending_budget", "moac_projects", "moc_projects"} <= found.keys()
    assert found["moc_projects"].spec.agency == "ministry:11"
    assert found["moc_projects"].folder == found["moac_projects"].folder
    assert found["moc_projects"].spec.digest != found["moac_projects"].spec.digest
    assert (
        found["moac_projects"].spec.changes
        == find_connector("moac_projects", tmp_path).spec.changes
    )


def test_what_the_connector_fixes_stays_and_what_the_file_says_counts(put: Put) -> None:
    spec = load_source_file(put("x.toml", MINISTRY.replace("WEEKLY", "MONTHLY"))).spec
    assert (spec.cadence, spec.money_unit) == (Cadence.DAILY, MoneyUnit.BAHT)
    assert spec.changes is not None
    assert (spec.changes.parameter, spec.changes.full_every) == ("updated_since", Cadence.MONTHLY)
    assert spec.paging.next == "next_cursor"
    assert spec.auth.secret == "moac-projects-client"  # noqa: S105 - a name


def test_a_connector_that_needs_an_operator_is_no_source_by_itself() -> None:
    assert {"source_contract", "local_source_contract", "ckan_datastore"} <= set(
        list_connector_kinds()
    )
    assert (
        not {"source_contract", "local_source_contract", "ckan_datastore"}
        & load_connectors().keys()
    )


def test_a_mapping_says_which_columns_there_are(put: Put) -> None:
    spec = load_source_file(put("x.toml", TABLE)).spec
    assert {"_id", "rank", "หมายเหตุ"} <= spec.columns.ignored
    assert {"รหัสโครงการ", "เบิกจ่าย (บาท)"} <= spec.columns.required
    amounts = spec.options["mapping"].amounts
    assert [(one.phase, one.unit) for one in amounts] == [
        (BudgetPhase.APPROPRIATED, MoneyUnit.MILLION_BAHT),
        (BudgetPhase.DISBURSED, MoneyUnit.BAHT),
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [
        (MINISTRY, 'connector = "source_contract"', "", r"x\.toml connector: .*source_contract"),
        (MINISTRY, '"source_contract"', '"../kit"', r"x\.toml connector"),
        (MINISTRY, 'agency = "ministry:07"', "", r"x\.toml agency: .*is missing"),
        (MINISTRY, 'cadence = "DAILY"', 'cadence = "OFTEN"', r"x\.toml cadence"),
        (
            MINISTRY,
            'cadence = "DAILY"',
            'cadence = "DAILY"\nera = "CE"',
            r"x\.toml era: .*fixed by",
        ),
        (MINISTRY, "full_every", "parameter", r"x\.toml changes\.parameter: .*fixed by"),
        (MINISTRY, "[auth]", "[auth", r"x\.toml: .*no TOML"),
        (TABLE, 'unit = "BAHT"', 'unit = "DOLLAR"', r"x\.toml mapping\.amounts\[1\]\.unit"),
        (TABLE, 'title = "ชื่อโครงการ"', "", r"x\.toml mapping\.title: .*is missing"),
        (TABLE, 'key = ["รหัสโครงการ"]', "key = []", r"x\.toml mapping\.key"),
        (TABLE, '["หมายเหตุ"]', '["จังหวัด"]', r"x\.toml mapping\.ignored: .*จังหวัด is read"),
    ],
)
def test_a_file_that_will_not_do_names_itself_and_its_key(
    put: Put, text: str, old: str, new: str, told: str
) -> None:
    assert old in text
    with pytest.raises(Invalid, match=told):
        load_source_file(put("x.toml", text.replace(old, new, 1)))


@pytest.mark.parametrize("name", ["contracts.toml", "Upper.toml", "a-b.toml", "1a.toml"])
def test_a_file_whose_name_cannot_be_a_sources_is_told_so(
    put: Put, tmp_path: Path, name: str
) -> None:
    put(name, MINISTRY)
    with pytest.raises(Invalid, match=name):
        list_source_files(tmp_path)


def test_a_broken_file_does_not_keep_the_others_from_being_read(put: Put, tmp_path: Path) -> None:
    put("broken.toml", "connector =")
    put("moac_projects.toml", MINISTRY)
    assert find_connector("moac_projects", tmp_path).spec.id == "moac_projects"
    assert find_connector("govspending_budget", tmp_path).spec.id == "govspending_budget"
    with pytest.raises(Invalid, match=r"broken\.toml"):
        load_connectors(tmp_path)


def test_a_folder_that_is_not_there_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="HUB_SOURCES_DIR"):
        load_connectors(tmp_path / "nowhere")


def test_a_source_nobody_knows_is_told_which_there_are(put: Put, tmp_path: Path) -> None:
    put("moac_projects.toml", MINISTRY)
    with pytest.raises(Invalid, match="govspending_budget, moac_projects"):
        find_connector("nobody", tmp_path)


def test_the_papers_of_a_connector_name_every_key_an_operator_must_say() -> None:
    for kind in list_connector_kinds():
        must = tomllib.loads((CONNECTORS_FOLDER / kind / "source.toml").read_text("utf-8")).get(
            "operator", {}
        )
        [sample] = (CONNECTORS_FOLDER / kind).glob("sample/*.toml") if must.get("must") else [None]
        if sample is not None:
            assert sample.name in (CONNECTORS_FOLDER / kind / "README.md").read_text("utf-8")
