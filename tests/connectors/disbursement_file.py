"""Builds disbursement files with an operator's column mapping, row by row."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.kit.files import compute_file_digest, create_file_pages, read_records
from connectors.registry import Connector, load_source_file
from hub.domain.sources.records import SourceEntry
from hub.domain.thai_text import normalize_text
from hub.ingest.parse import parse_entry
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.store.database import Database
from tests.connectors.source_files import DISBURSEMENT_FILE, write_source_file
from tests.ingest.made_up_source import RETRIEVED_AT

HEADER = "ปี,รหัส,หน่วยงาน,จังหวัด,จำนวน"
ROW: Mapping[str, str] = {
    "ปี": "2567", "รหัส": "1500700010700001", "หน่วยงาน": "กรมโยธาธิการและผังเมือง",
    "จังหวัด": "ตราด", "จำนวน": "1000",
}  # fmt: skip


def build_line(**cells: str) -> str:
    """Return a CSV row. Names are normalized because Python decomposes ำ in keyword arguments."""
    return ",".join(
        {**ROW, **{normalize_text(name): cell for name, cell in cells.items()}}.values()
    )


def write_csv(folder: Path, *lines: str, head: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "disbursed.csv"
    path.write_bytes("\n".join([head, *lines]).encode(encoding, "surrogateescape"))
    return path


def create_connector(folder: Path, **changes: Any) -> Connector:
    return load_source_file(
        write_source_file(folder, DISBURSEMENT_FILE, lambda t: t.update(changes))
    )


def parse_entries(path: Path, source: Connector) -> list[SourceEntry]:
    found = read_records(path, source.spec, RETRIEVED_AT)
    return [parse_entry(raw, source.spec, source.read) for raw in found]


async def run_ingest(database: Database, path: Path, source: Connector) -> RunResult:
    source_input = SourceInput(
        create_file_pages(path, source.spec, 2), path.name, compute_file_digest(path)
    )
    result = await ingest(database, source.spec, source.read, source_input)
    assert result.ledger.balanced
    return result
