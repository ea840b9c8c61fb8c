"""The content of the reference files: format, completeness, references, and facts of the slides."""

import csv
import tomllib
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Final

import pytest

REFERENCE: Final = Path(__file__).parents[3] / "hub" / "reference"
FILES: Final = sorted(REFERENCE.glob("*.csv"))
PROVENANCE: Final = ["source", "citation", "asserted", "confidence", "note"]
ORIGINS: Final = {"", "OFFICIAL", "HUMAN", "MACHINE"}
LEVELS: Final = ["MINISTRY", "CLUSTER", "PROVINCE", "LOCAL", "PRIVATE", "CIVIL_SOCIETY"]
EASTERN: Final = {"จันทบุรี", "ชลบุรี", "ตราด", "ระยอง"}

Row = dict[str, str]


def read_rows(name: str) -> list[Row]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_keys(name: str, column: str = "code") -> set[str]:
    return {row[column] for row in read_rows(name)}


def filter_in_force(found: list[Row], day: str) -> list[Row]:
    """Return the rows valid on a day: from `valid_from`, before `valid_to`; empty is unbounded."""
    return [
        row
        for row in found
        if row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])
    ]


def read_parents(level: str, day: str) -> dict[str, list[str]]:
    """Return the parent codes on a day, by child code of that level."""
    of_level = {
        row["code"] for row in filter_in_force(read_rows("areas"), day) if row["level"] == level
    }
    found: dict[str, list[str]] = defaultdict(list)
    for row in filter_in_force(read_rows("area_memberships"), day):
        if row["child_code"] in of_level:
            found[row["child_code"]].append(row["parent_code"])
    return found


# ── every file ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_normalized_utf8_text(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert "\r" not in text
    assert text.endswith("\n")
    assert not text.startswith("\ufeff")
    assert unicodedata.is_normalized("NFC", text)
    unexpected = {
        c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn"}
    }
    assert not unexpected
    assert "\u0e4d\u0e32" not in text, "a decomposed sara am"
    assert not any("๐" <= c <= "๙" for c in text), "Thai digits"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_row_is_complete_and_has_provenance(path: Path) -> None:
    sources = tomllib.loads((REFERENCE / "sources.toml").read_text(encoding="utf-8"))
    found = read_rows(path.stem)
    assert found
    assert set(PROVENANCE) <= set(found[0])
    for row in found:
        assert None not in row, row
        assert None not in row.values(), row
        assert all(value == value.strip() for value in row.values()), row
        assert row["source"] in sources, row
        assert row["asserted"] in {"REPORTED", "DERIVED", "RECONSTRUCTED", "ASSUMED"}, row
        assert row["confidence"] in {"", "HIGH", "MEDIUM", "LOW"}, row
        assert row["asserted"] != "ASSUMED" or row["note"], row
        for column in ("th_origin", "en_origin"):
            assert row.get(column, "") in ORIGINS, row


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dates_are_valid_and_ranges_are_ordered(path: Path) -> None:
    for row in read_rows(path.stem):
        for column in ("valid_from", "valid_to", "starts_on", "ends_on", "decided_on"):
            if row.get(column):
                assert 1900 < date.fromisoformat(row[column]).year < 2100, row
        if row.get("valid_from") and row.get("valid_to"):
            assert row["valid_from"] < row["valid_to"], row
        if row.get("starts_on"):
            assert row["starts_on"] <= row["ends_on"], row


def test_every_source_is_used_and_has_a_title_in_both_languages() -> None:
    sources = tomllib.loads((REFERENCE / "sources.toml").read_text(encoding="utf-8"))
    assert set(sources) == {row["source"] for path in FILES for row in read_rows(path.stem)}
    for source in sources.values():
        assert set(source) == {"title_th", "title_en", "kind", "note"}
        assert all(source.values())


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("areas", "code"),
        ("agencies", "id"),
        ("value_chains", "code"),
        ("expected_roles", "code"),
        ("plans", "code"),
        ("issues", "code"),
        ("projects", "code"),
        ("rules", "code"),
        ("rules", "slug"),
        ("planning_events", "code"),
    ],
)
def test_keys_are_unique(name: str, column: str) -> None:
    counted = Counter(row[column] for row in read_rows(name))
    assert counted.most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    ("name", "column", "target", "key"),
    [
        ("area_memberships", "child_code", "areas", "code"),
        ("area_memberships", "parent_code", "areas", "code"),
        ("area_successions", "predecessor_code", "areas", "code"),
        ("area_successions", "successor_code", "areas", "code"),
        ("operations_centres", "cluster_code", "areas", "code"),
        ("operations_centres", "province_code", "areas", "code"),
        ("operations_centres", "rule_code", "rules", "code"),
        ("agencies", "area_code", "areas", "code"),
        ("agency_placements", "agency_id", "agencies", "id"),
        ("agency_placements", "parent_id", "agencies", "id"),
        ("agency_aliases", "agency_id", "agencies", "id"),
        ("area_aliases", "area_code", "areas", "code"),
        ("value_chains", "template_code", "value_chains", "code"),
        ("stages", "chain_code", "value_chains", "code"),
        ("expected_roles", "chain_code", "value_chains", "code"),
        ("plans", "area_code", "areas", "code"),
        ("issues", "plan_code", "plans", "code"),
        ("issues", "chain_code", "value_chains", "code"),
        ("projects", "owner_id", "agencies", "id"),
        ("projects", "area_codes", "areas", "code"),
        ("linkages", "project_code", "projects", "code"),
        ("linkages", "issue_code", "issues", "code"),
        ("linkages", "chain_code", "value_chains", "code"),
        ("planning_events", "depends_on", "planning_events", "code"),
    ],
)
def test_every_reference_resolves(name: str, column: str, target: str, key: str) -> None:
    wanted = {part for row in read_rows(name) for part in row[column].split("|") if part}
    assert wanted
    assert wanted <= read_keys(target, key)


def test_roles_and_linkages_name_a_stage_of_their_own_chain() -> None:
    stages = {(row["chain_code"], row["code"]) for row in read_rows("stages")}
    for name in ("expected_roles", "linkages"):
        assert {(row["chain_code"], row["stage_code"]) for row in read_rows(name)} <= stages


def test_citations_refer_to_existing_subjects() -> None:
    ids_by_type = {"Issue": read_keys("issues"), "Project": read_keys("projects")}
    for row in read_rows("citations"):
        assert row["subject_id"] in ids_by_type[row["subject_type"]], row


# ── areas ──────────────────────────────────────────────────────────────────


def test_there_are_77_provinces_including_bangkok_each_with_its_own_tile() -> None:
    provinces = [row for row in read_rows("areas") if row["level"] == "PROVINCE"]
    assert len(provinces) == 77
    assert [r["code"] for r in provinces if r["kind"] == "SPECIAL_ADMINISTRATION"] == ["10"]
    assert len({(row["tile_column"], row["tile_row"]) for row in provinces}) == 77
    assert len({row["short_th"] for row in provinces}) == 77


@pytest.mark.parametrize(
    ("level", "steps"), [("CLUSTER", 1), ("REGION", 2)], ids=["clusters", "regions"]
)
def test_successions_are_the_pairs_of_areas_with_common_provinces(level: str, steps: int) -> None:
    def list_areas_above(day: str) -> dict[str, str]:
        found = {province: of[0] for province, of in read_parents("PROVINCE", day).items()}
        if steps == 2:
            regions = read_parents("CLUSTER", day)
            found = {province: regions[of][0] for province, of in found.items() if of in regions}
        return found

    before, after = list_areas_above("2017-11-16"), list_areas_above("2017-11-17")
    pairs = {(before[one], after[one]) for one in before if before[one] != "TH"}
    assert pairs - {("TH", "TH")} == {
        (row["predecessor_code"], row["successor_code"])
        for row in read_rows("area_successions")
        if row["predecessor_code"][0] == level[0]
    }
    for row in read_rows("area_successions"):
        if row["predecessor_code"][0] == level[0]:
            old = {one for one, area in before.items() if area == row["predecessor_code"]}
            new = {one for one, area in after.items() if area == row["successor_code"]}
            assert (row["kind"] == "RENAMED") == (old == new), row


def test_edition_has_the_stated_number_of_clusters_or_no_recorded_one() -> None:
    recorded = {
        row["code"]: (int(row["area_count"]), len(read_parents("CLUSTER", row["valid_from"])))
        for row in read_rows("area_editions")
    }
    assert recorded == {
        "C2546": (19, 0), "C2551": (18, 0), "C2552": (18, 18), "C2560": (18, 18)
    }  # fmt: skip


@pytest.mark.parametrize(("day", "provinces"), [("2010-06-01", 75), ("2026-01-01", 76)])
def test_both_editions_have_18_clusters_and_every_province_but_bangkok_is_in_one(
    day: str, provinces: int
) -> None:
    """Rule R5, which only this test enforces."""
    clusters = read_parents("CLUSTER", day)
    assert len(clusters) == 18
    belongs = read_parents("PROVINCE", day)
    assert belongs.pop("10") == ["TH"]
    assert len(belongs) == provinces
    assert all(len(of) == 1 for of in belongs.values())
    assert {of[0] for of in belongs.values()} == set(clusters)
    regions = read_parents("REGION", day)
    assert {of[0] for of in clusters.values()} == set(regions)
    assert all(of == ["TH"] for of in regions.values())


def test_the_2552_edition_has_five_regions_and_the_2560_edition_six() -> None:
    assert len(read_parents("REGION", "2010-06-01")) == 5
    assert len(read_parents("REGION", "2017-11-17")) == 6


def test_the_eastern_cluster_of_2010_is_chanthaburi_chonburi_trat_and_rayong() -> None:
    names = {row["code"]: row["name_th"] for row in read_rows("areas")}
    members = {
        names[c] for c, of in read_parents("PROVINCE", "2010-06-01").items() if "C2552-09" in of
    }
    assert members == EASTERN


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2011-03-22", None),
        ("2011-03-23", None),
        ("2011-03-27", None),
        ("2011-03-28", ["C2552-10"]),
        ("2017-11-16", ["C2552-10"]),
        ("2017-11-17", ["C2560-10"]),
    ],
)
def test_bueng_kan_has_no_cluster_before_28_march_2011(
    day: str, expected: list[str] | None
) -> None:
    assert read_parents("PROVINCE", day).get("38") == expected


def test_each_edition_of_clusters_ends_when_the_next_begins() -> None:
    clusters = [row for row in read_rows("areas") if row["level"] == "CLUSTER"]
    for day, edition in (("2017-11-16", "C2552"), ("2017-11-17", "C2560")):
        assert {row["code"][:5] for row in filter_in_force(clusters, day)} == {edition}
        assert len(filter_in_force(clusters, day)) == 18


def test_operations_centre_is_a_province_of_its_cluster() -> None:
    centres = read_rows("operations_centres")
    assert len(centres) == 36
    for row in centres:
        clusters_by_province = read_parents("PROVINCE", row["valid_from"])
        assert clusters_by_province[row["province_code"]] == [row["cluster_code"]], row


def test_only_the_southern_border_of_2552_is_headed_by_the_sbpac_director() -> None:
    heads = {row["cluster_code"]: row for row in read_rows("operations_centres")}
    others = {c: r["head_rule"] for c, r in heads.items() if r["head_rule"] != "GOVERNOR"}
    assert others == {"C2552-08": "SBPAC_DIRECTOR", "C2560-07": "UNVERIFIED"}
    assert "ศอ.บต." in heads["C2552-08"]["head_th"]
    assert heads["C2552-08"]["citation"] == "slides 10, 15"
    assert heads["C2552-09"]["head_th"] == "ผู้ว่าราชการจังหวัดชลบุรี"
    assert {row["rule_code"] for row in heads.values()} == {"R1"}


# ── agencies ───────────────────────────────────────────────────────────────


def test_every_agency_has_at_most_one_placement_at_a_time() -> None:
    placements = read_rows("agency_placements")
    assert {row["agency_id"] for row in placements} == read_keys("agencies", "id")
    for day in ("2010-10-01", "2014-09-30", "2014-10-01", "2017-11-17", "2026-01-01"):
        now = filter_in_force(placements, day)
        assert Counter(row["agency_id"] for row in now).most_common(1)[0][1] == 1
        codes = Counter(row["code"] for row in now if row["code"])
        assert codes.most_common(1)[0][1] == 1


def test_board_of_investment_is_one_agency_with_code_22009_in_fiscal_year_2554() -> None:
    boards = [r for r in read_rows("agencies") if r["name_th"] == "สำนักงานคณะกรรมการส่งเสริมการลงทุน"]
    assert [row["id"] for row in boards] == ["department:BOI"]
    placed = [row for row in read_rows("agency_placements") if row["agency_id"] == "department:BOI"]
    assert {row["asserted"] for row in placed} == {"ASSUMED"}
    for day, code, parent in (
        ("2010-10-01", "22009", "ministry:22"),
        ("2011-09-30", "22009", "ministry:22"),
        ("2026-01-01", "01032", "ministry:01"),
    ):
        (row,) = filter_in_force(placed, day)
        assert (row["code"], row["parent_id"]) == (code, parent)


def test_cluster_agency_is_not_a_juristic_person_and_names_its_area() -> None:
    clusters = [row for row in read_rows("agencies") if row["kind"] == "CLUSTER"]
    assert len(clusters) == 36
    assert {row["juristic_person"] for row in clusters} == {"false"}
    assert all(row["id"] == f"cluster:{row['area_code']}" for row in clusters)


def test_there_are_76_provincial_agencies_and_22_ministries() -> None:
    kinds = Counter(row["kind"] for row in read_rows("agencies"))
    assert (kinds["PROVINCE"], kinds["MINISTRY"]) == (76, 22)


# ── value chains and the worked examples ───────────────────────────────────


def test_role_matrices_contain_199_activities() -> None:
    roles = read_rows("expected_roles")
    assert len(roles) == 199
    assert Counter(row["citation"] for row in roles) == {
        "slide 72": 31,
        "slide 73": 42,
        "slide 74": 43,
        "slide 75": 17,
        "slide 76": 29,
        "slide 77": 18,
        "slide 78": 19,
    }
    assert {row["level"] for row in roles} <= set(LEVELS)
    assert all(row["statement_th"] and row["statement_en"] for row in roles)


def test_a_chain_with_a_role_matrix_is_its_own_template_and_the_others_have_none() -> None:
    chains = {row["code"]: row["template_code"] for row in read_rows("value_chains")}
    with_roles = read_keys("expected_roles", "chain_code")
    assert chains == {code: code if code in with_roles else "" for code in chains}
    assert len(with_roles) == 7


def test_roi_et_has_four_actor_levels_and_the_other_chains_six() -> None:
    for row in read_rows("value_chains"):
        levels = row["actor_levels"].split("|")
        if row["code"] == "jasmine-rice-roi-et":
            assert levels == ["MINISTRY", "PROVINCE", "LOCAL", "CIVIL_SOCIETY"]
        else:
            assert levels == LEVELS


def test_stages_are_numbered_from_one_without_a_gap() -> None:
    orders: dict[str, list[int]] = defaultdict(list)
    for row in read_rows("stages"):
        orders[row["chain_code"]].append(int(row["order"]))
    for found in orders.values():
        assert found == list(range(1, len(found) + 1))
    assert len(orders["tourism-east"]) == 6
    assert len(orders["jasmine-rice-roi-et"]) == 11


def test_industry_chain_expects_43_activities_in_15_of_30_cells() -> None:
    industry = [row for row in read_rows("expected_roles") if row["chain_code"] == "industry"]
    assert len(industry) == 43
    assert len({(row["level"], row["stage_code"]) for row in industry}) == 15
    stages = [row for row in read_rows("stages") if row["chain_code"] == "industry"]
    assert len(stages) * len(LEVELS) - 15 == 15


@pytest.mark.parametrize(
    ("chain", "projects", "cells", "gaps"),
    [("tourism-east", 15, 14, 22), ("jasmine-rice-roi-et", 13, 12, 32)],
)
def test_the_worked_examples_fill_the_cells_of_their_slides(
    chain: str, projects: int, cells: int, gaps: int
) -> None:
    levels = {row["code"]: row["actor_level"] for row in read_rows("projects")}
    links = [row for row in read_rows("linkages") if row["chain_code"] == chain]
    filled = Counter((levels[row["project_code"]], row["stage_code"]) for row in links)
    assert len(links) == projects
    assert len(filled) == cells
    (of,) = [r["actor_levels"].split("|") for r in read_rows("value_chains") if r["code"] == chain]
    assert {level for level, _ in filled} <= set(of)
    stages = [row["code"] for row in read_rows("stages") if row["chain_code"] == chain]
    assert len(of) * len(stages) - cells == gaps
    if chain == "tourism-east":
        assert filled["MINISTRY", "attractions"] == 2
    else:
        assert set(stages) - {stage for _, stage in filled} == {"pests", "standards-inspection"}


def test_every_project_is_published_in_2554_and_linked_once_as_proposed() -> None:
    projects = read_rows("projects")
    assert {row["fiscal_years_be"] for row in projects} == {"2554"}
    assert {row["visibility"] for row in projects} == {"PUBLISHED"}
    links = read_rows("linkages")
    assert Counter(row["project_code"] for row in links) == Counter(read_keys("projects"))
    assert {(row["status"], row["asserted"]) for row in links} == {("PROPOSED", "RECONSTRUCTED")}
    assumed = {r["subject_id"] for r in read_rows("citations") if r["subject_type"] == "Project"}
    assert assumed == read_keys("projects"), "that the year is assumed is said of each"


# ── plans and issues ───────────────────────────────────────────────────────


def test_each_cluster_of_2552_has_a_plan_and_so_has_roi_et() -> None:
    of = {row["area_code"] for row in read_rows("plans")}
    assert of == {f"C2552-{number:02d}" for number in range(1, 19)} | {"45"}
    years = {(row["first_year_be"], row["last_year_be"]) for row in read_rows("plans")}
    assert years == {("2553", "2556")}


def test_only_the_issues_of_slide_42_are_ranked_and_by_text_order() -> None:
    ranked: dict[str, list[str]] = defaultdict(list)
    for row in read_rows("issues"):
        if row["citation"] == "slide 42":
            assert row["rank_basis"] == "TEXT_ORDER"
            ranked[row["plan_code"]].append(row["rank"])
        else:
            assert (row["rank"], row["rank_basis"]) == ("", "")
    assert sum(len(found) for found in ranked.values()) == 35
    assert Counter(tuple(found) for found in ranked.values()) == {("1", "2"): 17, ("1",): 1}


def test_plan_has_at_most_one_unranked_issue_per_theme() -> None:
    unranked = [row for row in read_rows("issues") if not row["rank"]]
    themes = Counter((row["plan_code"], row["theme"]) for row in unranked)
    assert themes.most_common(1)[0][1] == 1


def test_every_row_of_slides_44_to_47_and_70_is_an_issue_or_the_citation_of_one() -> None:
    other = {"slide 44": 15, "slide 45": 14, "slide 46": 7, "slide 47": 4, "slide 70": 41}
    found = Counter(r["citation"] for r in read_rows("issues") if r["citation"] in other)
    cited = {
        (row["citation"], row["note"].split(",")[0])
        for row in read_rows("citations")
        if row["subject_type"] == "Issue"
    }
    found.update(citation for citation, _ in cited)
    assert found == other


# ── rules and rounds ───────────────────────────────────────────────────────


def test_all_69_rules_have_both_languages_and_an_enforcement_reason() -> None:
    rules = read_rows("rules")
    assert [row["code"] for row in rules] == [f"R{number}" for number in range(1, 70)]
    for row in rules:
        assert any("ก" <= letter <= "ฮ" for letter in row["text_th"]), row
        assert row["text_en"]
        assert row["enforcement_why_th"]
        assert row["enforcement_why_en"]
        assert row["citation"].startswith(("slide ", "slides ")), row
        assert row["severity"] in {"ERROR", "WARNING", "INFO"}
        assert row["enforcement_planned"] in {"EXACT", "FLAG", "DECLARED"}
    enforced = {row["code"] for row in rules if row["enforcement"] != "NOT_ENFORCED"}
    plans = {f"R{number}" for number in range(13, 24)}
    assert enforced == {"R1", "R5", "R48", "R63", *plans}


def test_five_rules_quote_the_slides_and_the_others_are_marked_as_ours() -> None:
    deck = {row["code"] for row in read_rows("rules") if not row["th_origin"]}
    assert deck == {"R30", "R32", "R33", "R35", "R38"}


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        ("R10", ["ปลัด สร.", "ปลัด มท.", "นายกสมาคมสันนิบาตเทศบาลฯ"]),
        ("R11", ["จังหวัดละ 1 คน"]),
        ("R26", ["ขอตั้งงบประมาณ"]),
        ("R29", ["งบดำเนินงาน"]),
        ("R37", ["ไม่ให้เสนอขอเป็นคำของบประมาณ"]),
        ("R44", ["สิบแปดปีบริบูรณ์ขึ้นไปในวันสรรหา", "กรรมการบริหารพรรคการเมือง"]),
        ("R51", ["กรมส่งเสริมการปกครองส่วนท้องถิ่น"]),
        ("R54", ["หน่วยงานของรัฐ", "100 ล้านบาทต่อคนต่อปี"]),
    ],
)
def test_rule_uses_the_terms_of_its_slide(code: str, terms: list[str]) -> None:
    (row,) = [row for row in read_rows("rules") if row["code"] == code]
    assert [term for term in terms if term not in row["text_th"]] == []


def test_projects_without_a_printed_owner_belong_to_the_area_of_their_row() -> None:
    """The cluster row of slide 37 and the province row of slide 38 (Roi Et)."""
    inferred = {r["code"]: r for r in read_rows("projects") if "owner not printed" in r["note"]}
    assert {code: row["owner_id"] for code, row in inferred.items()} == {
        **dict.fromkeys(("s37-06", "s37-07"), "cluster:C2552-09"),
        **dict.fromkeys((f"s38-0{number}" for number in range(5, 10)), "province:45"),
    }
    assert {row["actor_level"] for row in inferred.values()} == {"CLUSTER", "PROVINCE"}
    assert all("inferred" in row["note"] for row in inferred.values())


@pytest.mark.parametrize(
    ("group", "count"),
    [
        ("BODY", 12),
        ("PLAN", 19),
        ("TEST", 4),
        ("ALLOWED_KIND", 1),
        ("EXCLUSION", 1),
        ("CONDITION", 1),
        ("MONEY", 8),
        ("MATRIX", 4),
        ("PROCESS", 19),
    ],
)
def test_rules_are_in_the_group_of_their_slides(group: str, count: int) -> None:
    assert sum(row["group"] == group for row in read_rows("rules")) == count


def test_grades_of_slide_83_add_up_to_75_provinces_and_18_clusters() -> None:
    plans: Counter[str] = Counter()
    for row in read_rows("plan_grade_counts"):
        plans[row["level"]] += int(row["count"])
        assert row["of"] == {"PROVINCE": "75", "CLUSTER": "18"}[row["level"]]
        assert row["fiscal_year_be"] == "", "the slide names no year"
    assert plans == {"PROVINCE": 75, "CLUSTER": 18}


def test_damaged_counts_of_slide_41_have_neither_level_nor_rank() -> None:
    counts = read_rows("issue_counts")
    assert len(counts) == 14
    assert {(row["level"], row["rank"]) for row in counts} == {("", "")}
    assert all("level and rank are lost" in row["note"] for row in counts)


def test_phases_of_slide_40_follow_one_another_for_four_years_each() -> None:
    phases = read_rows("chain_phases")
    years = [(int(row["first_year_be"]), int(row["last_year_be"])) for row in phases]
    assert years == [(2553, 2556), (2557, 2560), (2561, 2564)]


def test_events_of_a_track_are_numbered_from_one() -> None:
    orders: dict[str, list[int]] = defaultdict(list)
    for row in read_rows("planning_events"):
        orders[row["track"]].append(int(row["order"]))
    assert {track: len(found) for track, found in orders.items()} == {
        "overall": 10,
        "province": 10,
        "cluster": 10,
        "fy2555-annual-plan": 19,
        "knj-meetings": 2,
        "knj-workplan": 9,
        "fy2553-budget-notice": 2,
    }
    assert all(found == list(range(1, len(found) + 1)) for found in orders.values())


def test_a_dated_event_belongs_to_one_round_and_an_undated_one_to_every_round() -> None:
    of_one_round = []
    for row in read_rows("planning_events"):
        dated = row["precision"] != "UNDATED"
        assert dated == bool(row["starts_on"]), row
        assert row["fiscal_year_be"] or not dated, row
        if row["fiscal_year_be"] and not dated:
            of_one_round.append((row["code"], row["fiscal_year_be"]))
        assert len(row["actors_th"].split("|")) == len(row["actors_en"].split("|")), row
    assert of_one_round == [("knj-workplan-1", "2553")], "its text names the one year"


def test_items_9_to_19_of_the_annual_plan_calendar_are_movable() -> None:
    movable = [row["order"] for row in read_rows("planning_events") if row["movable"] == "true"]
    assert movable == [str(number) for number in range(9, 20)]


def test_event_dependencies_have_no_cycle() -> None:
    dependencies = {
        r["code"]: set(r["depends_on"].split("|")) - {""} for r in read_rows("planning_events")
    }
    done: set[str] = set()
    while ready := {code for code, on in dependencies.items() if code not in done and on <= done}:
        done |= ready
    assert done == set(dependencies)
