"""What a load gathers: rows by table, and beside each fact the reason to hold it."""

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
from hub.store.tables import provenance

Line = dict[str, str | None]
"""One line of a file; an empty cell is None."""
Row = dict[str, Any]


class Harvest:
    """Rows of every table, as JSON has them, in the order of the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._cited: dict[str, int] = defaultdict(int)

    def lines(self, name: str) -> Iterator[Line]:
        """The lines of a CSV file; a folder without it is not the reference, so that raises."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                yield {column: text or None for column, text in line.items()}

    def add(self, table: str, **row: Any) -> None:
        """One row."""
        self.rows[table].append(row)

    def cite(self, kind: str, key: str, line: Line, file: str) -> None:
        """Why a fact is held, by the last columns of its line: another reason each time."""
        subject = str(GlobalId(kind, key))
        ordinal = self._cited[subject]
        self._cited[subject] += 1
        record = f"{file}:{kind}:{key}:{ordinal}"
        kept = json.dumps(line, ensure_ascii=False, sort_keys=True)
        self.add(
            "source_record",
            id=record,
            source_id=line["source"],
            scheme=f"reference/{file}.csv",
            value=key,
            payload_hash=hashlib.sha256(kept.encode()).hexdigest(),
            payload=line,
        )
        quote = line.get("quote_th")
        said = [f"“{quote}”" if quote else None, line["note"]]
        self.add(
            provenance.name,
            subject=subject,
            ordinal=ordinal,
            source_id=line["source"],
            record_id=record,
            asserted=line["asserted"],
            confidence=line["confidence"],
            citation=line["citation"],
            note=" ".join(filter(None, said)) or None,
        )

    def alias(self, kind: str, target: str, line: Line) -> None:
        """Another name for an area or agency, as names that come in are looked up by."""
        name = line["alias"]
        self.add(
            "alias",
            id=f"{kind}:{target}:{name}",
            kind=kind,
            target=target,
            name=name,
            **dates(line),
        )

    def sources(self) -> None:
        """The sources, from sources.toml."""
        for key, said in tomllib.loads((self.folder / "sources.toml").read_text("utf-8")).items():
            self.add(
                "source",
                id=key,
                **worded("name", said["title_th"], said["title_en"]),
                kind=said["kind"],
                note=said["note"],
                health="OK",
            )


def worded(
    name: str,
    th: str | None,
    en: str | None,
    th_origin: str | None = None,
    en_origin: str | None = None,
) -> Row:
    """The four columns of a text in two languages."""
    return {
        f"{name}_th": th,
        f"{name}_en": en,
        f"{name}_th_origin": th_origin,
        f"{name}_en_origin": en_origin,
    }


def text(line: Line, name: str, column: str | None = None) -> Row:
    """The columns of `name` from those of a line, with who worded them."""
    read = column or name
    return worded(
        name,
        line[f"{read}_th"],
        line[f"{read}_en"],
        line["th_origin"],
        line["en_origin"] if line[f"{read}_en"] else None,
    )


def named(line: Line, name: str = "name") -> Row:
    """A name and the key that sorts it as a Thai dictionary would."""
    return {**text(line, name, "name"), "sort_key": thai_sort_key(line["name_th"] or "")}


def dates(line: Line) -> Row:
    """The range of validity; a day that does not exist raises ValueError."""
    for column in ("valid_from", "valid_to"):
        if day := line[column]:
            date.fromisoformat(day)
    return {"valid_from": line["valid_from"], "valid_to": line["valid_to"]}


def several(cell: str | None) -> list[str]:
    """A cell of several values, with bars between them."""
    return [part.strip() for part in cell.split("|")] if cell else []


def common_era(year: str | None) -> int | None:
    """A Buddhist fiscal year as the tables keep it."""
    return int(year) - BUDDHIST_OFFSET if year else None


def yes(cell: str | None) -> bool:
    """`true` or `false`, spelt so."""
    return {"true": True, "false": False}[cell or ""]
