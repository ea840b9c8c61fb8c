"""The sources: connectors, in the folders beside this file, and declarations in an operator's
folder.

A connector whose declaration is complete is a source itself. An operator's file makes another
source of a connector: `moc_projects.toml` contains `connector = "source_contract"` and values for
the keys that the connector's `[operator]` table lists.
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

from connectors.kit.column_mapping import merge_columns, parse_column_mapping
from connectors.kit.file_mapping import parse_encoding, parse_fields, parse_file_mapping
from hub.domain.record import record
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.records import SourceReader
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.errors import Invalid

CONNECTORS_FOLDER: Final = Path(__file__).parent
SOURCE_NAME_PATTERN: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
COMMON_OPERATOR_KEYS: Final = frozenset({"made_up"})
"""Keys that an operator may set for every connector: anything can be tried with made-up data."""
Table = Mapping[str, Any]


@record
class Connector:
    """A source: its spec, its reader, and the folder of its connector."""

    spec: SourceSpec
    read: SourceReader
    folder: Path


def load_connectors(sources: Path | None = None) -> dict[str, Connector]:
    """Return every source by name: built-in ones, then those of the operator's folder.

    `Invalid` names the file and the key that are wrong.
    """
    return {
        **load_built_in_connectors(),
        **{name: load_source_file(file) for name, file in list_source_files(sources).items()},
    }


def find_connector(name: str, sources: Path | None = None) -> Connector:
    """Return one source; `Invalid` lists the names. Other invalid files are ignored."""
    if name in load_built_in_connectors():
        return load_built_in_connectors()[name]
    source_files = list_source_files(sources)
    if name in source_files:
        return load_source_file(source_files[name])
    names = ", ".join([*load_built_in_connectors(), *source_files])
    raise Invalid("SOURCE", f"ไม่มีแหล่งข้อมูล {name} มี {names}", f"no source {name}; there are {names}")


@cache
def load_built_in_connectors() -> dict[str, Connector]:
    """Return the sources without required operator keys, by the name of their folder."""
    return {
        name: build_connector(
            name,
            table,
            compute_folder_digest(name),
            f"{name}/source.toml",
            CONNECTORS_FOLDER / name,
        )
        for name in list_connector_kinds()
        if not list_operator_keys(name, table := load_declaration(name))[0]
    }


@cache
def list_connector_kinds() -> tuple[str, ...]:
    """Return the names of the connectors' folders."""
    return tuple(sorted(path.parent.name for path in CONNECTORS_FOLDER.glob("*/source.toml")))


def list_source_files(sources: Path | None) -> dict[str, Path]:
    """Return the files of the operator's folder, by the names of their sources."""
    if sources is None:
        return {}
    if not sources.is_dir():
        raise Invalid("HUB_SOURCES_DIR", f"ไม่มีโฟลเดอร์ {sources}", f"there is no folder {sources}")
    source_files = {path.stem: path for path in sorted(sources.glob("*.toml"))}
    for name, path in source_files.items():
        if not SOURCE_NAME_PATTERN.fullmatch(name) or name in list_connector_kinds():
            raise Invalid(
                path.name,
                "ชื่อไฟล์ต้องเป็น a-z 0-9 _ ขึ้นต้นด้วยอักษร และไม่ซ้ำตัวเชื่อมที่มีอยู่",
                "a file name has a-z, 0-9 and _, begins with a letter, and is no connector's name",
            )
    return source_files


def load_source_file(file: Path) -> Connector:
    """Return the source that an operator's file declares."""
    content = file.read_bytes()
    declared = parse_toml(content, file.name)
    kind = declared.pop("connector", None)
    if kind not in list_connector_kinds():
        names = ", ".join(list_connector_kinds())
        raise Invalid(f"{file.name} connector", f"ต้องเป็นหนึ่งใน {names}", f"must be one of {names}")
    table = load_declaration(kind)
    required, optional = list_operator_keys(kind, table)
    for key in iterate_leaf_keys(declared):
        if not any(key == one or key.startswith(f"{one}.") for one in required | optional):
            names = ", ".join(sorted(required | optional))
            raise Invalid(
                f"{file.name} {key}",
                f"{kind} กำหนดไว้แล้ว ตั้งได้เฉพาะ {names}",
                f"is fixed by {kind}; keys that can be set: {names}",
            )
    for key in sorted(required):
        if not any(
            leaf == key or leaf.startswith(f"{key}.") for leaf in iterate_leaf_keys(declared)
        ):
            raise Invalid(f"{file.name} {key}", "ต้องมีค่านี้", "is missing")
    digest = hashlib.sha256(compute_folder_digest(kind).encode() + b"\0" + content).hexdigest()
    return build_connector(
        file.stem, merge_tables(table, declared), digest, file.name, CONNECTORS_FOLDER / kind
    )


def load_mapping_file(file: Path, kind: str, sources: Path | None, *, dry: bool) -> Connector:
    """Return the source of a mapping file for that connector; without `dry` it must be installed.

    Quarantined rows are parsed again with the declaration of their source, so the file must stay in
    the operator's folder.
    """
    if not file.is_file():
        raise Invalid("--mapping", f"ไม่พบไฟล์ {file}", f"there is no file {file}")
    connector = load_source_file(file)
    if (actual_kind := connector.folder.name) != kind:
        message = f"{file.name} is for {actual_kind}, not {kind}"
        raise Invalid("--mapping", f"{file.name} เป็นของ {actual_kind}", message)
    if not dry and (sources is None or file.resolve().parent != sources.resolve()):
        raise Invalid(
            "--mapping",
            "ลองด้วย --dry-run หรือย้ายไฟล์ไปไว้ใน HUB_SOURCES_DIR ก่อน เพราะแถวที่รอตรวจต้องอ่านใหม่ด้วยไฟล์นี้",
            "try it with --dry-run, or move the file to HUB_SOURCES_DIR first: "
            "quarantined rows are parsed again with it",
        )
    return connector


def build_connector(name: str, table: Table, digest: str, file: str, folder: Path) -> Connector:
    """Return the connector of a complete declaration; a mapping supplies its columns."""
    declaration_table = DeclarationTable(file, "", table, set(table))
    fields = parse_fields(declaration_table)
    mapping = (
        parse_file_mapping(declaration_table, fields)
        if fields
        else parse_column_mapping(declaration_table)
    )
    if mapping is not None:
        unmapped = {key: one for key, one in table.items() if key not in {"mapping", "mapped"}}
        columns = merge_columns(mapping, table.get("columns", {}))
        encoding = parse_encoding(declaration_table) if fields else table.get("encoding")
        table = {**unmapped, "columns": columns, "encoding": encoding}
    spec = parse_source_spec(name, table, digest, file)
    if mapping is not None:
        spec = replace(spec, options={**spec.options, "mapping": mapping})
    module = importlib.import_module(f"connectors.{folder.name}.read")
    return Connector(spec, cast("SourceReader", module.read), folder)


def load_declaration(kind: str) -> dict[str, Any]:
    """Return the declaration of a connector's folder."""
    return parse_toml(
        (CONNECTORS_FOLDER / kind / "source.toml").read_bytes(), f"{kind}/source.toml"
    )


def list_operator_keys(kind: str, table: Table) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys that an operator must set, and those that an operator may set."""
    part = DeclarationTable(f"{kind}/source.toml", "", table, set(table)).subtable(
        "operator", {"must", "may"}
    )
    return part.text_set("must"), part.text_set("may") | COMMON_OPERATOR_KEYS


def parse_toml(content: bytes, file: str) -> dict[str, Any]:
    """Return the table of a TOML file."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except ValueError as error:
        raise Invalid(file, f"อ่านเป็น TOML ไม่ได้ ({error})", f"is not TOML ({error})") from error


def compute_folder_digest(kind: str) -> str:
    """Return a digest of a connector's declaration and reader, and of the kit."""
    folder = CONNECTORS_FOLDER / kind
    programs = [folder / "read.py", *sorted((CONNECTORS_FOLDER / "kit").glob("*.py"))]
    program_bytes = b"\0".join(path.read_bytes() for path in programs)
    return hashlib.sha256((folder / "source.toml").read_bytes() + b"\0" + program_bytes).hexdigest()


def iterate_leaf_keys(table: Table, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of the values in a table and its subtables."""
    for key, one in table.items():
        if isinstance(one, Mapping) and one:
            yield from iterate_leaf_keys(one, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def merge_tables(base: Table, overrides: Table) -> dict[str, Any]:
    """Return a table with values overridden by another one, recursively."""
    result = dict(base)
    for key, one in overrides.items():
        existing = result.get(key)
        are_tables = isinstance(one, Mapping) and isinstance(existing, Mapping)
        result[key] = merge_tables(cast("Table", existing), one) if are_tables else one
    return result
