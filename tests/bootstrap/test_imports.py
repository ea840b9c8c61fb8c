"""What a start imports: libraries that few requests need are imported when one does."""

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from hub.store.migrate import find_newest_revision
from hub.store.upgrade import build_alembic_config

LATE = (
    "alembic",
    "concurrent.futures.process",
    "hub.bootstrap.workers",
    "hypothesis",
    "multiprocessing.managers",
    "openpyxl",
    "pip",
    "pydantic",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "xlrd",
)
PROGRAM = f"""
import gc, sys
from hub.cli.serve import import_server
import_server()
import hub.bootstrap.serving, hub.web.server
print(*(name for name in {LATE} if name in sys.modules), *(() if gc.isenabled() else ("no gc",)))
"""


def test_serving_imports_no_library_of_migrations_or_workbooks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == []


def test_newest_revision_by_file_name_is_the_one_of_alembic() -> None:
    script = ScriptDirectory.from_config(build_alembic_config())
    assert script.get_current_head() == find_newest_revision()
