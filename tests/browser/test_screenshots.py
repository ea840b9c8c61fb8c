"""Writes the screenshots of the docs if they are missing: `rm docs/pictures/*.png` renews all.

Those that exist are made again in a long run, to prove that the pages can be pictured.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.page_loading import LAPTOP, PHONE, TABLET, WALL, OpenPage
from tests.long_run import mark_long

FOLDER = Path(__file__).parents[2] / "docs/pictures"
MAX_BYTES = 400_000
TOURISM = "/?chain=tourism-east&area=C2552-09&fy=2554"
RICE = "/?chain=jasmine-rice-roi-et&area=45&fy=2554"
INDUSTRY = "/?chain=industry&fy=2554"
QUERY = "/query"
PICTURES = {
    "matrix-1920x1080": (TOURISM, WALL),
    "matrix-1366x768": (TOURISM, LAPTOP),
    "matrix-820x1180": (TOURISM, TABLET),
    "matrix-english-1366x768": (f"{TOURISM}&lang=en", LAPTOP),
    "cell-1366x768": (f"{TOURISM}&cell=MINISTRY~attractions", LAPTOP),
    "map-2560-1920x1080": ("/?view=map&on=2020-06-01", WALL),
    "cell-820x1180": (f"{TOURISM}&cell=MINISTRY~attractions", TABLET),
    "gap-1366x768": (f"{INDUSTRY}&cell=PROVINCE~market", LAPTOP),
    "stages-down-1920x1080": (RICE, WALL),
    "stages-down-1366x768": (RICE, LAPTOP),
    "stages-down-820x1180": (RICE, TABLET),
    "map-2552-1366x768": ("/?view=map&on=2010-06-01", LAPTOP),
    "map-2560-1366x768": ("/?view=map&on=2020-06-01", LAPTOP),
    "map-2552-820x1180": ("/?view=map&on=2010-06-01", TABLET),
    "query-1366x768": (QUERY, LAPTOP),
}
SOURCE_PICTURES = {
    "sources-1366x768": ("/sources", LAPTOP, ""),
    "sources-operator-1366x768": ("/sources#budget_act", LAPTOP, "steward"),
    "sources-operator-1920x1080": ("/sources#contracts", WALL, "steward"),
    "sources-review-1366x768": ("/sources#budget_act", LAPTOP, "steward"),
    "sources-review-390x844": ("/sources#budget_act", PHONE, "steward"),
    "sources-390x844": ("/sources", PHONE, ""),
    "sources-operator-390x844": ("/sources#budget_act", PHONE, "steward"),
}


NATION_PICTURES = {
    "province-1366x768": ("/?area=50&fy=2569", LAPTOP),
    "province-390x844": ("/?area=50&fy=2569", PHONE),
    "change-1366x768": ("/?area=50&fy=2568&to=2569", LAPTOP),
    "country-1920x1080": ("/?fy=2569&rows=AREA.PROVINCE&columns=AGENCY&show=heat", WALL),
    "total-820x1180": ("/?area=50&fy=2569&cell=~", TABLET),
    "search-1366x768": ("/search?text=โครงการ&area=50", LAPTOP),
}


def mark_existing(names: Iterable[str]) -> list[Any]:
    """Return the names; those after the first whose file exists are for a long run."""
    return [
        mark_long(name) if at and find_file(name).exists() else name
        for at, name in enumerate(names)
    ]


def find_file(name: str) -> Path:
    """Return the file of a screenshot."""
    return FOLDER / f"{name}.png"


@pytest.mark.parametrize("name", mark_existing(PICTURES))
async def test_missing_screenshot_is_written(open_page: OpenPage, name: str) -> None:
    path, size = PICTURES[name]
    page = await open_page(path, size)
    if path == QUERY:
        await page.click("[data-example]")
        await page.wait_for_function("() => document.querySelector('#answer').dataset.full")
    elif "map" not in path:
        await page.wait_for_function("() => document.querySelector('#assumptions').textContent")
    await write_if_missing(page, name)


@pytest.mark.parametrize("name", mark_existing(SOURCE_PICTURES))
async def test_missing_screenshot_of_sources_is_written(
    open_source_page: OpenPage, name: str
) -> None:
    path, size, viewer = SOURCE_PICTURES[name]
    page = await open_source_page(path, size, viewer=viewer)
    await page.wait_for_selector("[data-live=on]")
    if "review" in name:
        await page.click(".to-review")
    await write_if_missing(page, name)


@pytest.mark.parametrize("name", mark_existing(NATION_PICTURES))
async def test_missing_screenshot_of_a_nation_is_written(
    open_nation_page: OpenPage, name: str
) -> None:
    path, size = NATION_PICTURES[name]
    await write_if_missing(await open_nation_page(path, size), name)


async def write_if_missing(page: Any, name: str) -> None:
    """Write a screenshot if no file has that name."""
    picture = await page.screenshot()
    assert len(picture) < MAX_BYTES
    target = find_file(name)
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        target.write_bytes(picture)
