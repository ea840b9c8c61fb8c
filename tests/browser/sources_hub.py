"""A hub whose sources were taken in from the connectors' own samples, for the page of sources.

People sign in to it as in any hub for trying out; `PEOPLE` names those who come.
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
}
MISREAD: Final = (
    '5,2022.9.1.5,2022.9.1,8,จังหวัดและกลุ่มจังหวัด,จังหวัดสิงค์บุรี,False,แผนงานตัวอย่าง,,โครงการตลาดริมน้ำ,,,,,,,แพ,2022,"2,400,000",False,\n'
    '6,2022.9.1.6,2022.9.1,8,จังหวัดและกลุ่มจังหวัด,จังหวัดสิงค์บุรี,False,แผนงานตัวอย่าง,,โครงการตลาดริมน้ำ,,,,,,,ทางเดิน,2022,"1,150,000.50",False,\n'
    '7,2022.9.1.7,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,กลุ่มจังหวัดภาคเหนือตอนบน,False,แผนงานตัวอย่าง,,โครงการกาแฟตัวอย่าง,,,,,,,โรงคั่ว,2022,"9,800,000",False,\n'
    '8,2022.9.1.8,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,กลุ่มจังหวัดภาคเหนือตอนบน,False,แผนงานตัวอย่าง,,โครงการกาแฟตัวอย่าง,,,,,,,ลานตาก,2023,"4,000,000",True,\n'
    '9,2022.9.1.9,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,จังหวัดตราด,False,แผนงานตัวอย่าง,,โครงการท่าเรือ,,,,,,,ทุ่น,2022,"500,000",False,\n'
    '9,2022.9.1.9,2022.9.1,9,จังหวัดและกลุ่มจังหวัด,จังหวัดตราด,False,แผนงานตัวอย่าง,,โครงการท่าเรือ,,,,,,,ทุ่น,2022,"650,000",False,\n'
)
"""More rows of a volume: a misspelt province, a cluster that lost its number, one key twice."""


@dataclass(frozen=True)
class Operated:
    """Where the hub answers, and the database behind it."""

    address: str
    database: Database
    sources: Path


def declared(folder: Path) -> dict[str, Connector]:
    """Every source: those built in, and one of each sample as an operator would declare it."""
    folder.mkdir(exist_ok=True)
    for path in CONNECTORS_FOLDER.glob("*/sample/*.toml"):
        shutil.copy(path, folder)
    return load_connectors(folder)


async def ingest_samples(database: Database, folder: Path) -> None:
    """Take in every sample; one source was refused since, and one was never taken in."""
    connectors_by_id = declared(folder)
    await upsert_sources(database, [one.spec for one in connectors_by_id.values()])
    for name, one in connectors_by_id.items():
        path = sample_file(one)
        if name == "interior_disbursements":
            continue
        if name == "budget_act":
            volume = folder.parent / "volume-9.csv"
            volume.write_text(path.read_text("utf-8") + MISREAD, "utf-8")
            path = volume
        await ingest(
            database,
            one.spec,
            one.read,
            SourceInput(create_file_pages(path, one.spec), path.name, name),
        )
    await change_columns(database, connectors_by_id["contracts"], folder.parent)


async def change_columns(database: Database, one: Connector, folder: Path) -> None:
    """The agency has renamed a column: the run is refused, and says which."""
    path = folder / "contracts-2.jsonl"
    text = sample_file(one).read_text("utf-8")
    path.write_text(text.replace("{", '{"winner_rank": "1", ', 1), "utf-8")
    with suppress(SourceRefused):
        await ingest(
            database,
            one.spec,
            one.read,
            SourceInput(create_file_pages(path, one.spec), path.name, "2"),
        )


@asynccontextmanager
async def operating(dsn: str, sources: Path, port: int) -> AsyncIterator[Operated]:
    """A hub that answers over HTTP while the block runs."""
    settings = Settings(
        "127.0.0.1", port, sources.parent, False, dsn, 4, sources_dir=sources, rate=0, demo=True
    )
    with hub_in_thread(settings, port) as address:
        async with open_database(dsn, pool_size=2) as database:
            yield Operated(address, database, sources)
