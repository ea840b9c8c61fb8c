"""Names of one activity have one key in any spelling; names of different activities do not."""

import pytest

from hub.store.database import Database


async def fetch_key(database: Database, name: str) -> str | None:
    key: str | None = await database.pool.fetchval("select project_title_key($1)", name)
    return key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("โครงการพัฒนาแหล่งน้ำ", "พัฒนาแหล่งน้ำ"),
        ("โครงการ พัฒนาแหล่งน้ำ  บ้านหนองบัว", "พัฒนาแหล่งน้ำบ้านหนองบัว"),
        ("ก่อสร้างถนนสาย ก. (ระยะที่ ๒)", "ก่อสร้างถนนสาย ก ระยะที่ 2"),
        ("ขุดลอกคลอง\u00a0หมู่ ๑๒", "ขุดลอกคลอง\u200bหมู่ 12"),
        ("พัฒนาเเหล่งน้ํา".replace("ำ", "ํา"), "พัฒนาแหล่งน้ำ".replace("น้ำ", "น้ํา")),
        ("Smart Farming (Phase 2)", "smart farming phase 2"),
        ("“ตลาดประชารัฐ”", "ตลาดประชารัฐ"),
    ],
)
async def test_spellings_of_one_name_have_one_key(
    database: Database, first: str, second: str
) -> None:
    key = await fetch_key(database, first)
    assert key
    assert key == await fetch_key(database, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ก่อสร้างถนน ระยะที่ 1", "ก่อสร้างถนน ระยะที่ 2"),
        ("ก่อสร้างถนน กม. 1-2", "ก่อสร้างถนน กม. 12"),
        ("ขุดลอกคลอง หมู่ 1, 2", "ขุดลอกคลอง หมู่ 12"),
        ("ส่งเสริมการปลูกข้าว", "ส่งเสริมการปลูกขาว"),
        ("งานวิจัยเสือ", "งานวิจัยเสื้อ"),
        ("จัดซื้อรถบรรทุกน้ำ ปี 2567", "จัดซื้อรถบรรทุกน้ำ ปี 2568"),
        ("พัฒนาโครงการ", "พัฒนา"),
    ],
)
async def test_names_of_different_activities_have_different_keys(
    database: Database, first: str, second: str
) -> None:
    assert await fetch_key(database, first) != await fetch_key(database, second)


@pytest.mark.parametrize("name", ["", " - ", "โครงการ", "โครงการ (…)", "ฯ"])
async def test_name_of_separators_alone_has_no_key(database: Database, name: str) -> None:
    assert await fetch_key(database, name) is None
