"""Which connectors there are: every folder beside this file that holds a `source.toml`."""

import hashlib
import importlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Final, cast

from hub.domain.ingest import SourceReader
from hub.domain.record import record
from hub.domain.source_spec import SourceSpec, spec_of
from hub.errors import Invalid

FOLDER: Final = Path(__file__).parent


@record
class Connector:
    """One source as its folder declares and reads it."""

    spec: SourceSpec
    read: SourceReader
    folder: Path


@cache
def connectors() -> dict[str, Connector]:
    """Every connector, by the name of its folder; `Invalid` names a key that is wrong."""
    found = sorted(path.parent for path in FOLDER.glob("*/source.toml"))
    return {folder.name: connector_in(folder) for folder in found}


def connector(name: str) -> Connector:
    """One connector; `Invalid` says which there are."""
    known = connectors()
    if name not in known:
        names = ", ".join(known)
        raise Invalid(
            "SOURCE", f"ไม่มีแหล่งข้อมูล {name} มี {names}", f"no source {name}; there are {names}"
        )
    return known[name]


def connector_in(folder: Path) -> Connector:
    """The connector of a folder; its digest changes with its declaration and its reader."""
    declared = (folder / "source.toml").read_bytes()
    digest = hashlib.sha256(declared + b"\0" + (folder / "read.py").read_bytes()).hexdigest()
    try:
        table = tomllib.loads(declared.decode("utf-8"))
    except ValueError as error:
        raise Invalid(
            f"{folder.name}/source.toml", f"อ่านเป็น TOML ไม่ได้ ({error})", f"is no TOML ({error})"
        ) from error
    module = importlib.import_module(f"connectors.{folder.name}.read")
    return Connector(spec_of(folder.name, table, digest), cast("SourceReader", module.read), folder)
