"""What the browser tests share: where things are, the three rooms, and when a page has settled."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[1] / "npm/node_modules/axe-core/axe.min.js"
WALL, LAPTOP, TABLET = (1920, 1080), (1366, 768), (820, 1180)
PHONE = (390, 844)
SIZES = {"wall": WALL, "laptop": LAPTOP, "tablet": TABLET}

Visit = Callable[..., Awaitable[Any]]
"""`page = await visit("/?view=map", WALL, settled=True)`; the fixture closes it."""


async def shown(page: Any) -> None:
    """Wait until the page shows what its address asks."""
    await page.wait_for_function(
        "() => !document.querySelector('.loading') "
        "&& document.querySelector("
        "'#grid, .marks, .tiles, .trouble, [data-type=Query], table.list')"
        "&& !document.querySelector('#board[aria-busy]') && !document.querySelector('.awaited')"
    )
    await page.evaluate("document.fonts.ready.then(() => true)")
