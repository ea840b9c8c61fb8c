"""What the tests of the store share."""

import shutil
from pathlib import Path

import pytest

from hub.prepared import REFERENCE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))
