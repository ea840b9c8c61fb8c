"""An operator's file declares a source; an error in it names the file and the key."""

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

MINISTRY_FILE = (CONNECTORS_FOLDER / "source_contract/sample/moac_projects.toml").read_text("utf-8")
TABLE_FILE = (CONNECTORS_FOLDER / "ckan_datastore/sample/small_ports.toml").read_text("utf-8")
WriteFile = Callable[[str, str], Path]


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_two_files_of_one_connector_are_two_sources(write_file: WriteFile, tmp_path: Path) -> None:
    write_file("moac_projects.toml", MINISTRY_FILE)
    write_file("moc_projects.toml", MINISTRY_FILE.replace("ministry:07", "ministry:11"))
    found = load_connectors(tmp_path)
    assert {"govspending_budget", "moac_projects", "moc_projects"} <= found.keys()
    assert found["moc_projects"].spec.agency == "ministry:11"
    assert found["moc_projects"].folder == found["moac_projects"].folder
    assert found["moc_projects"].spec.digest != found["moac_projects"].spec.digest
    assert (
        found["moac_projects"].spec.changes
        == find_connector("moac_projects", tmp_path).spec.changes
    )


def test_source_file_completes_the_fixed_settings_of_its_connector(write_file: WriteFile) -> None:
    spec = load_source_file(write_file("x.toml", MINISTRY_FILE.replace("WEEKLY", "MONTHLY"))).spec
    assert (spec.cadence, spec.money_unit) == (Cadence.DAILY, MoneyUnit.BAHT)
    assert spec.changes is not None
    assert (spec.changes.parameter, spec.changes.full_every) == ("updated_since", Cadence.MONTHLY)
    assert spec.paging.next == "next_cursor"
    assert spec.auth.secret == "moac-projects-client"  # noqa: S105 - a name


def test_connector_that_needs_an_operator_file_is_not_a_source() -> None:
    assert {"source_contract", "local_source_contract", "ckan_datastore"} <= set(
        list_connector_kinds()
    )
    assert (
        not {"source_contract", "local_source_contract", "ckan_datastore"}
        & load_connectors().keys()
    )


def test_mapping_declares_the_columns(write_file: WriteFile) -> None:
    spec = load_source_file(write_file("x.toml", TABLE_FILE)).spec
    assert {"_id", "rank", "หมายเหตุ"} <= spec.columns.ignored
    assert {"รหัสโครงการ", "เบิกจ่าย (บาท)"} <= spec.columns.required
    amounts = spec.options["mapping"].amounts
    assert [(one.phase, one.unit) for one in amounts] == [
        (BudgetPhase.APPROPRIATED, MoneyUnit.MILLION_BAHT),
        (BudgetPhase.DISBURSED, MoneyUnit.BAHT),
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (
            MINISTRY_FILE,
            'connector = "source_contract"',
            "",
            r"x\.toml connector: .*source_contract",
        ),
        (MINISTRY_FILE, '"source_contract"', '"../kit"', r"x\.toml connector"),
        (MINISTRY_FILE, 'agency = "ministry:07"', "", r"x\.toml agency: .*is missing"),
        (MINISTRY_FILE, 'cadence = "DAILY"', 'cadence = "OFTEN"', r"x\.toml cadence"),
        (
            MINISTRY_FILE,
            'cadence = "DAILY"',
            'cadence = "DAILY"\nera = "CE"',
            r"x\.toml era: .*fixed by",
        ),
        (MINISTRY_FILE, "full_every", "parameter", r"x\.toml changes\.parameter: .*fixed by"),
        (MINISTRY_FILE, "[auth]", "[auth", r"x\.toml: .*not TOML"),
        (TABLE_FILE, 'unit = "BAHT"', 'unit = "DOLLAR"', r"x\.toml mapping\.amounts\[1\]\.unit"),
        (TABLE_FILE, 'title = "ชื่อโครงการ"', "", r"x\.toml mapping\.title: .*is missing"),
        (TABLE_FILE, 'key = ["รหัสโครงการ"]', "key = []", r"x\.toml mapping\.key"),
        (TABLE_FILE, '["หมายเหตุ"]', '["จังหวัด"]', r"x\.toml mapping\.ignored: .*จังหวัด is read"),
    ],
)
def test_invalid_source_file_error_names_file_and_key(
    write_file: WriteFile, text: str, old: str, new: str, message: str
) -> None:
    assert old in text
    with pytest.raises(Invalid, match=message):
        load_source_file(write_file("x.toml", text.replace(old, new, 1)))


@pytest.mark.parametrize("name", ["contracts.toml", "Upper.toml", "a-b.toml", "1a.toml"])
def test_invalid_source_file_name_is_rejected(
    write_file: WriteFile, tmp_path: Path, name: str
) -> None:
    write_file(name, MINISTRY_FILE)
    with pytest.raises(Invalid, match=name):
        list_source_files(tmp_path)


def test_invalid_file_does_not_prevent_loading_the_others(
    write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("broken.toml", "connector =")
    write_file("moac_projects.toml", MINISTRY_FILE)
    assert find_connector("moac_projects", tmp_path).spec.id == "moac_projects"
    assert find_connector("govspending_budget", tmp_path).spec.id == "govspending_budget"
    with pytest.raises(Invalid, match=r"broken\.toml"):
        load_connectors(tmp_path)


def test_missing_folder_error_names_its_setting(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="HUB_SOURCES_DIR"):
        load_connectors(tmp_path / "nowhere")


def test_unknown_source_error_lists_the_existing_ones(
    write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("moac_projects.toml", MINISTRY_FILE)
    with pytest.raises(Invalid, match="govspending_budget, moac_projects"):
        find_connector("nobody", tmp_path)


def test_readme_of_a_connector_names_its_sample_file() -> None:
    for kind in list_connector_kinds():
        operator_keys = tomllib.loads(
            (CONNECTORS_FOLDER / kind / "source.toml").read_text("utf-8")
        ).get("operator", {})
        [sample] = (
            (CONNECTORS_FOLDER / kind).glob("sample/*.toml")
            if operator_keys.get("must")
            else [None]
        )
        if sample is not None:
            assert sample.name in (CONNECTORS_FOLDER / kind / "README.md").read_text("utf-8")
