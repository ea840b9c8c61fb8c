"""Tests of the finder of overlaps: owners, places, years, and what distinguishes similar tasks."""

import pytest

from hub.domain.overlaps.find import TitledProject, find_overlaps

CANAL = "ขุดลอกคลองบางพลีน้อย ระยะทาง 3 กม."


def project(key: str, title: str = CANAL, **changes: object) -> TitledProject:
    values: dict[str, object] = {
        "owner": key,
        "owners_above": frozenset(),
        "areas": frozenset({"11"}),
        "within": frozenset(),
        "place_names": ("สมุทรปราการ",),
        "years": frozenset({2566}),
        **changes,
    }
    return TitledProject(id=key, title=title, **values)  # type: ignore[arg-type]


def pairs(*projects: TitledProject) -> list[tuple[str, str]]:
    return [(one.left, one.right) for one in find_overlaps(projects)]


@pytest.mark.parametrize(
    "title",
    [
        CANAL,
        "โครงการขุดลอกคลองบางพลีน้อย จังหวัดสมุทรปราการ",
        "ขุดลอกคลองบางพลีน้อย ระยะทาง ๓ กิโลเมตร",
        "งานขุดลอกคลองบางพลีน้อย ประจำปีงบประมาณ พ.ศ. 2566",
    ],
)
def test_same_task_at_one_place_in_one_year_is_an_overlap(title: str) -> None:
    assert pairs(project("a"), project("b", title)) == [("a", "b")]


@pytest.mark.parametrize(
    "title",
    [
        "ปล่อยพันธุ์ปลาคลองบางพลีน้อย",
        "สำรวจออกแบบคลองบางพลีน้อย",
        "ก่อสร้างถนนเลียบคลองบางพลีน้อย ตอนใต้ไปบางปู",
        "ขุดลอกคลองบางพลีน้อย ระยะทาง 9 กม.",
        "ขุดลอกหนองน้ำวัดสุขเจริญ",
    ],
)
def test_another_task_at_the_same_place_is_no_overlap(title: str) -> None:
    assert pairs(project("a"), project("b", title)) == []


def test_sections_of_one_work_are_no_overlap() -> None:
    first, second = "ขุดลอกคลองบางพลีน้อย ตอนที่ 1", "ขุดลอกคลองบางพลีน้อย ตอนที่ ๒"
    assert pairs(project("a", first), project("b", second)) == []


def test_tasks_for_other_groups_are_no_overlap() -> None:
    first, second = "ซ่อมบ้านคนพิการบางพลีน้อย", "ซ่อมบ้านผู้สูงอายุบางพลีน้อย"
    assert pairs(project("a", first), project("b", second)) == []
    assert pairs(project("a", first), project("b", first)) == [("a", "b")]


def test_tasks_for_other_institutions_are_no_overlap() -> None:
    titles = [f"ก่อสร้างอาคารผู้ป่วยนอก {name}" for name in ("รพ.บางบ่อ", "รพ.บางจาก", "โรงพยาบาลบางบ่อ")]
    found = pairs(*(project(key, title) for key, title in zip("abc", titles, strict=True)))
    assert found == [("a", "c")]


def test_one_agency_and_a_department_with_its_ministry_are_no_overlap() -> None:
    assert pairs(project("a"), project("b", owner="a")) == []
    assert pairs(project("a"), project("b", owners_above=frozenset({"a"}))) == []


def test_other_places_and_years_are_no_overlap() -> None:
    assert pairs(project("a"), project("b", areas=frozenset({"12"}))) == []
    assert pairs(project("a"), project("b", years=frozenset({2567}))) == []


def test_a_local_authority_is_a_place_of_its_province() -> None:
    local = project("b", areas=frozenset({"lao:11-PAO"}), within=frozenset({"11"}))
    other = project("c", areas=frozenset({"lao:11-TOWN-01"}), within=frozenset({"11"}))
    assert pairs(project("a"), local) == [("a", "b")]
    assert pairs(local, other) == []


def test_the_rungs_of_a_ladder_are_no_overlap() -> None:
    country = project("a", "พัฒนาฐานข้อมูลสมุนไพรของประเทศ", areas=frozenset({"TH"}))
    province = project("b", "พัฒนาฐานข้อมูลสมุนไพรของจังหวัดสมุทรปราการ")
    assert pairs(country, province) == []


def test_a_title_that_many_projects_have_names_no_single_work() -> None:
    many = [project(f"{number:03}", "จัดซื้อครุภัณฑ์สำนักงาน") for number in range(60)]
    assert pairs(*many) == []


def test_only_overlaps_of_changed_projects_are_returned() -> None:
    projects = [project("a"), project("b"), project("c")]
    found = find_overlaps(projects, changed={"c"})
    assert [(one.left, one.right) for one in found] == [("a", "c"), ("b", "c")]
    assert found[0].areas == ("11",)
    assert found[0].years == (2566,)
