"""Helpers of the browser tests: paths, screen sizes, and waiting until a page is loaded."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

# Chromium without its user interface opens a page with 40 % of the CPU time of the whole program.
PROGRAMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((program for program in PROGRAMS if program.exists()), PROGRAMS[0])
AXE = Path(__file__).parents[1] / "npm/node_modules/axe-core/axe.min.js"
WALL, LAPTOP, TABLET = (1920, 1080), (1366, 768), (820, 1180)
PHONE = (390, 844)
SIZES = {"wall": WALL, "laptop": LAPTOP, "tablet": TABLET}

OpenPage = Callable[..., Awaitable[Any]]
"""`page = await open_page("/?view=map", WALL, loaded=True)`; the fixture closes the page."""


async def wait_until_loaded(page: Any) -> None:
    """Wait until the page shows the content of its URL."""
    await page.wait_for_function(
        "() => !document.querySelector('.loading') "
        "&& document.querySelector("
        "'#grid, .marks, .tiles, .error-panel, [data-type=Query], table.list, .items, #nothing, "
        "#sign-in, #missing, .paper, .place')"
        "&& !document.querySelector('#board[aria-busy]') && !document.querySelector('.awaited')"
    )
    await page.evaluate("document.fonts.ready.then(() => true)")
