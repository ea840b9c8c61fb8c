"""Time an officer's morning in Chromium over a generated nation: `… [PROJECTS | URL]`.

The own province, what changed since last year, a crowded cell to its last page, a matrix of all
provinces and ministries sorted, filtered and coloured, a search by three words, files and print.
Without a URL a hub of its own is started and filled. Each step is in milliseconds until the page
shows its answer; the interactions with loaded data, from the event to the next frame.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.benchmark import ROOT, describe_machine, run_hub, save_report

PROGRAMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((program for program in PROGRAMS if program.exists()), PROGRAMS[0])
YEAR = 2569
PROVINCE = f"/?area=50&fy={YEAR}"
CHANGE = f"/?area=50&fy={YEAR - 1}&to={YEAR}"
COUNTRY = f"/?fy={YEAR}&rows=AREA.PROVINCE&columns=AGENCY"
SEARCH = "/search?text=ก่อสร้าง บ้าน หมู่ที่ 2&area=50"
INTERACTION = """async ([selector, event, value]) => {
  const element = document.querySelector(selector);
  const start = performance.now();
  if (value !== null) element.value = value;
  if (event === 'click') element.click();
  else element.dispatchEvent(new Event(event, { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
INTERACTIONS = {
    "sort 78 × 20 by money": ("#row-order", "change", "money"),
    "filter its rows": ("#row-filter", "input", "เชียง"),
    "show all rows again": ("#row-filter", "input", ""),
    "colour its cells": ("[data-show=heat]", "click", None),
    "open a total": ("#grid .tot.opens", "click", None),
}
CROWDED_CELL = """() => { const found = [...document.querySelectorAll('#grid .cell')].map((cell) =>
  [Number(cell.querySelector('.num')?.textContent ?? 0), cell.dataset.place]);
  return found.sort((a, b) => b[0] - a[0])[0]; }"""

TINY_ARGUMENTS = ("1500",)


@contextmanager
def serve_nation(projects: int) -> Iterator[str]:
    """Fill a new data folder with a generated nation, and serve it; yield the URL.

    It is filled before the hub starts: both would wait for each other's locks.
    """
    with tempfile.TemporaryDirectory(prefix="hub-bench-nation-") as folder:
        Path(folder).chmod(0o711)
        environment = os.environ | {"HUB_DATA_DIR": f"{folder}/data"}  # noqa: TID251 - a bench starts a process
        command = [sys.executable, "-m", "hub", "generate", "--projects", str(projects)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        with run_hub(HUB_DATA_DIR=f"{folder}/data") as (port, _, _):
            yield f"http://127.0.0.1:{port}"


async def time_step(action: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds that an action takes."""
    start = time.perf_counter()
    await action()
    return round((time.perf_counter() - start) * 1000, 1)


async def spend_morning(url: str) -> dict[str, object]:
    """Do each step once and return what it took."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - a dependency of tests

    steps: dict[str, object] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 1366, "height": 768}, base_url=url)
        page.set_default_timeout(120_000)

        async def open_path(path: str, shown: str = "#grid") -> None:
            await page.goto(path)
            await page.wait_for_selector(shown)

        steps["own province"] = await time_step(lambda: open_path(PROVINCE))
        steps["change since last year"] = await time_step(lambda: open_path(CHANGE))
        steps |= await open_crowded_cell(page, open_path)
        steps["all provinces by ministries"] = await time_step(lambda: open_path(COUNTRY))
        for name, arguments in INTERACTIONS.items():
            steps[name] = round(await page.evaluate(INTERACTION, list(arguments)), 1)
        steps["search by words"] = await time_step(lambda: open_path(SEARCH, "#found li, #one"))
        await open_path(PROVINCE)
        steps |= await save_files(page)
        await open_path(PROVINCE)
        steps["print"] = await time_step(lambda: page.pdf(prefer_css_page_size=True))
        await browser.close()
    return steps


async def open_crowded_cell(
    page: Any, open_path: Callable[[str], Awaitable[None]]
) -> dict[str, object]:
    """Open the cell with the most projects of the province, page by page to the last."""
    await open_path(PROVINCE)
    projects, place = await page.evaluate(CROWDED_CELL)
    first = await time_step(
        lambda: open_path_and_list(page, open_path, f"{PROVINCE}&cell={place}", projects)
    )
    pages, start = 1, time.perf_counter()
    while await page.locator("#more-figures").count():
        await page.click("#more-figures")
        await page.wait_for_function("() => !document.querySelector('#more-figures[disabled]')")
        pages += 1
    return {
        "crowded cell": first,
        "projects in it": projects,
        "pages of it": pages,
        "its last page": round((time.perf_counter() - start) * 1000, 1),
    }


async def open_path_and_list(
    page: Any, open_path: Callable[[str], Awaitable[None]], path: str, projects: int
) -> None:
    """Open a path with a cell, and wait until its projects are listed."""
    await open_path(path)
    await page.wait_for_selector("#drawer .project, #figure-list li" if projects else "#drawer h3")


async def save_files(page: Any) -> dict[str, object]:
    """Save the question on the screen as both kinds of file."""
    found: dict[str, object] = {}
    for kind in ("xlsx", "csv"):
        start = time.perf_counter()
        async with page.expect_download() as download:
            await page.click(f"#save-{kind}")
        size = (await (await download.value).path()).stat().st_size
        found[f"{kind} file"] = round((time.perf_counter() - start) * 1000, 1)
        found[f"{kind} bytes"] = size
    return found


if __name__ == "__main__":
    argument = sys.argv[1] if len(sys.argv) > 1 else "200000"
    if argument.isdigit():
        with serve_nation(int(argument)) as address:
            measured = asyncio.run(spend_morning(address))
    else:
        measured = asyncio.run(spend_morning(argument))
    report = {**describe_machine(), "projects": argument, "milliseconds": measured}
    print(json.dumps(report, indent=1, ensure_ascii=False))
    save_report("morning", report)
