"""Which sources there are: the folders beside this file, and the files of an operator.

A folder holds a connector. One that is complete in itself is a source; of any, an operator's file
makes another source: `moc_projects.toml` says `connector = "source_contract"`, and what of the
connector's declaration is the operator's to say (`[operator]` lists it) stands beside.
"""

import hashlib
import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from connectors.kit.column_mapping import columns_with, mapping_of
from connectors.kit.file_mapping import encoding_of, fields_of, file_mapping_of
from hub.domain.record import record
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.records import SourceReader
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.errors import Invalid

FOLDER: Final = Path(__file__).parent
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
Table = Mapping[str, Any]


@record
class Connector:
    """One source as it is declared and read; `folder` is that of its connector."""

    spec: SourceSpec
    read: SourceReader
    folder: Path


def connectors(sources: Path | None = None) -> dict[str, Connector]:
    """Every source by its name: the built-in ones, then those of the operator's folder.

    `Invalid` names the file and the key that are wrong.
    """
    return {**built_in(), **{name: instance_of(file) for name, file in files(sources).items()}}


def connector(name: str, sources: Path | None = None) -> Connector:
    """One source; `Invalid` says which there are. A file beside it may be broken."""
    if name in built_in():
        return built_in()[name]
    theirs = files(sources)
    if name in theirs:
        return instance_of(theirs[name])
    names = ", ".join([*built_in(), *theirs])
    raise Invalid("SOURCE", f"ไม่มีแหล่งข้อมูล {name} มี {names}", f"no source {name}; there are {names}")


@cache
def built_in() -> dict[str, Connector]:
    """The sources that need no operator to say more, by the name of their folder."""
    return {
        name: made(name, table, folder_digest(name), f"{name}/source.toml", FOLDER / name)
        for name in kinds()
        if not operators(name, table := declaration(name))[0]
    }


@cache
def kinds() -> tuple[str, ...]:
    """Every connector, by the name of its folder."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/source.toml")))


def files(sources: Path | None) -> dict[str, Path]:
    """The files of the operator's folder, by the names of their sources."""
    if sources is None:
        return {}
    if not sources.is_dir():
        raise Invalid("HUB_SOURCES_DIR", f"ไม่มีโฟลเดอร์ {sources}", f"there is no folder {sources}")
    found = {path.stem: path for path in sorted(sources.glob("*.toml"))}
    for name, path in found.items():
        if not NAME.fullmatch(name) or name in kinds():
            raise Invalid(
                path.name,
                "ชื่อไฟล์ต้องเป็น a-z 0-9 _ ขึ้นต้นด้วยอักษร และไม่ซ้ำตัวเชื่อมที่มีอยู่",
                "a file's name is of a-z, 0-9 and _, begins with a letter, and is no connector's",
            )
    return found


def instance_of(file: Path) -> Connector:
    """The source that an operator's file makes of a connector."""
    written = file.read_bytes()
    own = parsed(written, file.name)
    kind = own.pop("connector", None)
    if kind not in kinds():
        names = ", ".join(kinds())
        raise Invalid(f"{file.name} connector", f"ต้องเป็นหนึ่งใน {names}", f"must be one of {names}")
    table = declaration(kind)
    must, may = operators(kind, table)
    for key in leaves(own):
        if not any(key == one or key.startswith(f"{one}.") for one in must | may):
            names = ", ".join(sorted(must | may))
            raise Invalid(
                f"{file.name} {key}",
                f"{kind} กำหนดไว้แล้ว ตั้งได้เฉพาะ {names}",
                f"is fixed by {kind}; what can be said is {names}",
            )
    for key in sorted(must):
        if not any(told == key or told.startswith(f"{key}.") for told in leaves(own)):
            raise Invalid(f"{file.name} {key}", "ต้องมีค่านี้", "is missing")
    digest = hashlib.sha256(folder_digest(kind).encode() + b"\0" + written).hexdigest()
    return made(file.stem, merged(table, own), digest, file.name, FOLDER / kind)


def instance_by(file: Path, kind: str, sources: Path | None, *, dry: bool) -> Connector:
    """The source a file makes of that connector, to be tried, or taken in where it is installed.

    What waits in review is read again by the declaration of its source, which must stay at hand.
    """
    if not file.is_file():
        raise Invalid("--mapping", f"ไม่พบไฟล์ {file}", f"there is no file {file}")
    found = instance_of(file)
    if (own := found.folder.name) != kind:
        why = f"{file.name} is for {own}, not {kind}"
        raise Invalid("--mapping", f"{file.name} เป็นของ {own}", why)
    if not dry and (sources is None or file.resolve().parent != sources.resolve()):
        raise Invalid(
            "--mapping",
            "ลองด้วย --dry-run หรือย้ายไฟล์ไปไว้ใน HUB_SOURCES_DIR ก่อน เพราะแถวที่รอตรวจต้องอ่านใหม่ด้วยไฟล์นี้",
            "try it with --dry-run, or move the file to HUB_SOURCES_DIR first: "
            "rows that wait in review are read again by it",
        )
    return found


def made(name: str, table: Table, digest: str, file: str, folder: Path) -> Connector:
    """A connector of a whole declaration; a mapping of columns says which columns there are."""
    top = DeclarationTable(file, "", table, set(table))
    fields = fields_of(top)
    mapping = file_mapping_of(top, fields) if fields else mapping_of(top)
    if mapping is not None:
        rest = {key: one for key, one in table.items() if key not in {"mapping", "mapped"}}
        columns = columns_with(mapping, table.get("columns", {}))
        encoding = encoding_of(top) if fields else table.get("encoding")
        table = {**rest, "columns": columns, "encoding": encoding}
    spec = parse_source_spec(name, table, digest, file)
    if mapping is not None:
        spec = replace(spec, options={**spec.options, "mapping": mapping})
    module = importlib.import_module(f"connectors.{folder.name}.read")
    return Connector(spec, cast("SourceReader", module.read), folder)


def declaration(kind: str) -> dict[str, Any]:
    """What a connector's folder declares."""
    return parsed((FOLDER / kind / "source.toml").read_bytes(), f"{kind}/source.toml")


def operators(kind: str, table: Table) -> tuple[frozenset[str], frozenset[str]]:
    """The keys that an operator must and may say, of a connector that has others made of it."""
    part = DeclarationTable(f"{kind}/source.toml", "", table, set(table)).subtable(
        "operator", {"must", "may"}
    )
    return part.text_set("must"), part.text_set("may")


def parsed(written: bytes, file: str) -> dict[str, Any]:
    """The table of a TOML file."""
    try:
        return tomllib.loads(written.decode("utf-8"))
    except ValueError as error:
        raise Invalid(file, f"อ่านเป็น TOML ไม่ได้ ({error})", f"is no TOML ({error})") from error


def folder_digest(kind: str) -> str:
    """A digest that changes with a connector's declaration, its reader and the kit."""
    folder = FOLDER / kind
    programs = [folder / "read.py", *sorted((FOLDER / "kit").glob("*.py"))]
    read = b"\0".join(path.read_bytes() for path in programs)
    return hashlib.sha256((folder / "source.toml").read_bytes() + b"\0" + read).hexdigest()


def leaves(table: Table, at: str = "") -> Iterator[str]:
    """The dotted keys of what is said in a table and the tables within."""
    for key, one in table.items():
        if isinstance(one, Mapping) and one:
            yield from leaves(one, f"{at}{key}.")
        else:
            yield f"{at}{key}"


def merged(under: Table, over: Table) -> dict[str, Any]:
    """One table over another, table within table."""
    found = dict(under)
    for key, one in over.items():
        below = found.get(key)
        both = isinstance(one, Mapping) and isinstance(below, Mapping)
        found[key] = merged(cast("Table", below), one) if both else one
    return found
