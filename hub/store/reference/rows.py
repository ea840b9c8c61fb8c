"""Collects rows by table from the reference files, with the provenance of each fact."""

import csv
import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.text import thai_sort_key
from hub.domain.time import BUDDHIST_OFFSET
from hub.store.record_ids import compute_record_id
from hub.store.tables import provenance

CsvLine = dict[str, str | None]
"""One line of a file; an empty cell is None."""
Row = dict[str, Any]


class ReferenceRows:
    """The rows of all tables as JSON values, in the order of the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._citation_counts: dict[str, int] = defaultdict(int)

    def read_lines(self, name: str) -> Iterator[CsvLine]:
        """Yield the lines of a CSV file; a missing file raises `FileNotFoundError`."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                yield {column: cell or None for column, cell in line.items()}

    def add_row(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows[table].append(row)

    def add_provenance(self, kind: str, key: str, line: CsvLine, file: str) -> None:
        """Add the provenance of a fact from the last columns of its line; each call adds another
        one.
        """
        subject = str(GlobalId(kind, key))
        ordinal = self._citation_counts[subject]
        self._citation_counts[subject] += 1
        record_id = compute_record_id(f"{file}:{kind}:{key}:{ordinal}")
        line_json = json.dumps(line, ensure_ascii=False, sort_keys=True)
        self.add_row(
            "source_record",
            id=record_id,
            source_id=line["source"],
            scheme=f"reference/{file}.csv",
            value=key,
            payload_hash=f"\\x{hashlib.sha256(line_json.encode()).hexdigest()}",
            payload=line,
        )
        quote = line.get("quote_th")
        note_parts = [f"“{quote}”" if quote else None, line["note"]]
        self.add_row(
            provenance.name,
            subject=subject,
            ordinal=ordinal,
            source_id=line["source"],
            record_id=record_id,
            asserted=line["asserted"],
            confidence=line["confidence"],
            citation=line["citation"],
            note=" ".join(filter(None, note_parts)) or None,
        )

    def add_alias(self, kind: str, target: str, line: CsvLine) -> None:
        """Add an alias of an area or agency, used to resolve names of incoming records."""
        name = line["alias"]
        self.add_row(
            "alias",
            id=f"{kind}:{target}:{name}",
            kind=kind,
            target=target,
            name=name,
            **validity_values(line),
        )

    def add_sources(self) -> None:
        """Add the sources of sources.toml."""
        for source_id, declaration in tomllib.loads(
            (self.folder / "sources.toml").read_text("utf-8")
        ).items():
            self.add_row(
                "source",
                id=source_id,
                **localized_values("name", declaration["title_th"], declaration["title_en"]),
                kind=declaration["kind"],
                note=declaration["note"],
                health="OK",
            )


def localized_values(
    name: str,
    th: str | None,
    en: str | None,
    th_origin: str | None = None,
    en_origin: str | None = None,
) -> Row:
    """Return the four columns of a text in two languages."""
    return {
        f"{name}_th": th,
        f"{name}_en": en,
        f"{name}_th_origin": th_origin,
        f"{name}_en_origin": en_origin,
    }


def text_values(line: CsvLine, name: str, column: str | None = None) -> Row:
    """Return the text columns `name` from those of a line, with who worded them."""
    source_column = column or name
    return localized_values(
        name,
        line[f"{source_column}_th"],
        line[f"{source_column}_en"],
        line["th_origin"],
        line["en_origin"] if line[f"{source_column}_en"] else None,
    )


def name_values(line: CsvLine, name: str = "name") -> Row:
    """Return the columns of a name, and its sort key for Thai dictionary order."""
    return {**text_values(line, name, "name"), "sort_key": thai_sort_key(line["name_th"] or "")}


def validity_values(line: CsvLine) -> Row:
    """Return the validity range; an invalid date raises ValueError."""
    for column in ("valid_from", "valid_to"):
        if day := line[column]:
            date.fromisoformat(day)
    return {"valid_from": line["valid_from"], "valid_to": line["valid_to"]}


def parse_list(cell: str | None) -> list[str]:
    """Return the values of a cell that separates them by `|`."""
    return [part.strip() for part in cell.split("|")] if cell else []


def parse_buddhist_year(year: str | None) -> int | None:
    """Return the CE year of a Buddhist fiscal year."""
    return int(year) - BUDDHIST_OFFSET if year else None


def parse_boolean(cell: str | None) -> bool:
    """Return the value of `true` or `false`; any other text raises KeyError."""
    return {"true": True, "false": False}[cell or ""]
