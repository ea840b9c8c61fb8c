"""A hub with the imported samples of all connectors, for tests of the page of sources.

Its demo sign-in accepts every user; `PEOPLE` are the users in the tests.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.kit.files import create_file_pages
from connectors.registry import CONNECTORS_FOLDER, Connector, load_connectors
from hub.errors import SourceRefused
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.source_status import upsert_sources
from hub.settings import Settings
from hub.store.database import Database, open_database
from tests.connectors.test_every_connector import sample_file
from tests.hub_thread import hub_in_thread

PEOPLE: Final = {
    "steward": {"agency": "ministry:01", "role": "STEWARD"},
    "agriculture": {"agency": "ministry:07", "role": "OFFICER"},
    "tourism": {"agency": "ministry:05", "role": "OFFICER"},
    "reader": {"agency": "ministry:05", "role": "VIEWER"},
}
DOUBTFUL_ROWS: Final = (
    '5,2022.9.1.5,2022.9.1,8,จังหวัดและกลุ่มจังหวัด,จังหวัดสิงค์บุรี,False,แผนงานตัวอย่าง,,โครงการตลาดริมน้ำ,,,,,,,แพ,2022,"2,400,000",False,\n'
    '6,2022.9.1.6,2022.9.1,8,จังหวัดและกลุ่มจังหวัด,จังหวัดสิงค์บุรี,False,แผนงานตัวอย่าง,,โครงการตลาดริมน้ำ,,,,,,,ทางเดิน,2022,"1,150,000.50",False,\n'
    '7,2022.9.1.7,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,กลุ่มจังหวัดภาคเหนือตอนบน,False,แผนงานตัวอย่าง,,โครงการกาแฟตัวอย่าง,,,,,,,โรงคั่ว,2022,"9,800,000",False,\n'
    '8,2022.9.1.8,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,กลุ่มจังหวัดภาคเหนือตอนบน,False,แผนงานตัวอย่าง,,โครงการกาแฟตัวอย่าง,,,,,,,ลานตาก,2023,"4,000,000",True,\n'
    '9,2022.9.1.9,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,จังหวัดตราด,False,แผนงานตัวอย่าง,,โครงการท่าเรือ,,,,,,,ทุ่น,2022,"500,000",False,\n'
    '9,2022.9.1.9,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,จังหวัดตราด,False,แผนงานตัวอย่าง,,โครงการท่าเรือ,,,,,,,ทุ่น,2022,"650,000",False,\n'
)
"""Rows for the budget act: a misspelt province, clusters without their number, one key twice."""


@dataclass(frozen=True)
class SourceHub:
    """A running hub: base URL, database, folder of source files."""

    address: str
    database: Database
    sources: Path


def all_connectors(folder: Path) -> dict[str, Connector]:
    """Return all connectors by source id: built-in ones, and one for each sample source file."""
    folder.mkdir(exist_ok=True)
    for path in CONNECTORS_FOLDER.glob("*/sample/*.toml"):
        shutil.copy(path, folder)
    return load_connectors(folder)


async def import_samples(database: Database, folder: Path) -> None:
    """Import all samples but one; the last run of one source is rejected."""
    by_id = all_connectors(folder)
    await upsert_sources(database, [one.spec for one in by_id.values()])
    for name, one in by_id.items():
        path = sample_file(one)
        if name == "interior_disbursements":
            continue
        if name == "budget_act":
            volume = folder.parent / "volume-9.csv"
            volume.write_text(path.read_text("utf-8") + DOUBTFUL_ROWS, "utf-8")
            path = volume
        await ingest(
            database,
            one.spec,
            one.read,
            SourceInput(create_file_pages(path, one.spec), path.name, name),
        )
    await import_with_unknown_column(database, by_id["contracts"], folder.parent)


async def import_with_unknown_column(
    database: Database, connector: Connector, folder: Path
) -> None:
    """Import a file with an unknown column: the run is rejected."""
    path = folder / "contracts-2.jsonl"
    text = sample_file(connector).read_text("utf-8")
    path.write_text(text.replace("{", '{"winner_rank": "1", ', 1), "utf-8")
    with suppress(SourceRefused):
        pages = create_file_pages(path, connector.spec)
        await ingest(database, connector.spec, connector.read, SourceInput(pages, path.name, "2"))


@asynccontextmanager
async def running_hub(dsn: str, sources: Path, port: int) -> AsyncIterator[SourceHub]:
    """A hub that serves HTTP while the block runs."""
    settings = Settings(
        "127.0.0.1", port, sources.parent, False, dsn, 4, sources_dir=sources, rate=0, demo=True
    )
    with hub_in_thread(settings, port) as address:
        async with open_database(dsn, pool_size=2) as database:
            yield SourceHub(address, database, sources)
