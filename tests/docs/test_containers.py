"""Tests the image and the compose file without a Docker daemon."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from typing import Any

import pytest
import yaml

from hub.cli import hub
from hub.settings import Settings
from tests.docs.conftest import ServedHub
from tests.docs.documents import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def find_instruction(name: str) -> str:
    """Return the last instruction of a name, which is the one that Docker uses."""
    found: list[str] = re.findall(rf"^{name}\s+(.*)$", DOCKERFILE, re.MULTILINE)
    return found[-1]


def container_command() -> list[str]:
    """Return the command of the container."""
    arguments: list[str] = json.loads(find_instruction("CMD"))
    return arguments


def health_check_command() -> list[str]:
    """Return the command of the container's health check."""
    arguments: list[str] = json.loads(find_instruction("HEALTHCHECK").split("CMD", 1)[1])
    return arguments


def is_ready(address: str) -> bool:
    """Return whether the hub responds with 200."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_compose_file_runs_the_command_of_the_image() -> None:
    assert SERVICES["hub"]["command"] == container_command()


def test_image_runs_hub_serve() -> None:
    assert container_command() == ["hub", "serve"]
    assert "serve" in hub.commands


def test_image_installs_the_hub_where_the_program_is_put() -> None:
    stages = DOCKERFILE.split("FROM ")[1:]
    assert [re.findall(r"^WORKDIR (.+)$", stage, re.MULTILINE) for stage in stages] == [
        ["/app"],
        ["/app"],
    ]
    copied = re.findall(r"^COPY (\w+) \1$", stages[-1], re.MULTILINE)
    created = re.search(r"mkdir ([\w ]+?) +&&", stages[0])
    assert created is not None
    assert created[1].split() == copied
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert packages["packages"] == copied


def test_every_service_has_a_health_check() -> None:
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert without == {"hub"}
    assert "/readyz" in health_check_command()[-1]


def test_no_service_runs_as_root() -> None:
    assert all(service.get("user") not in (None, "root", "0") for service in SERVICES.values())
    assert find_instruction("USER") == SERVICES["hub"]["user"] == "10001:10001"


def test_every_mounted_volume_is_declared() -> None:
    mounted = {m.split(":")[0] for s in SERVICES.values() for m in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_database_is_created_with_utf8_and_c_collation() -> None:
    initdb_arguments = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert initdb_arguments == "--encoding=UTF8 --locale=C.UTF-8"
    assert "LANG=C.UTF-8" in find_instruction("ENV")


def test_hub_service_depends_on_its_database_and_has_its_url() -> None:
    hub, database = SERVICES["hub"], SERVICES["postgres"]["environment"]
    assert hub["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert hub["environment"]["HUB_DATABASE_URL"].endswith("@postgres:5432/hub")
    assert database["POSTGRES_USER"] == database["POSTGRES_DB"] == "hub"


def test_image_and_compose_file_set_only_variables_the_hub_reads() -> None:
    variables = set(re.findall(r"\b(HUB_[A-Z_]+)=", find_instruction("ENV")))
    variables |= set(SERVICES["hub"]["environment"])
    assert variables <= {setting.name for setting in Settings.ALL}


def test_files_copied_into_the_image_exist_and_are_not_ignored() -> None:
    ignore_lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignore_lines


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has other signals: run on Linux or macOS"
)
def test_image_command_serves_and_passes_the_health_check_without_docker(
    served_hub: ServedHub,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},  # noqa: TID251
        "HUB_HOST": "0.0.0.0",  # noqa: S104  as in the image
        "HUB_PORT": str(port),
        "HUB_DATABASE_URL": served_hub.dsn,
    }
    health_check = [
        sys.executable,
        *(w.replace(":8000/", f":{port}/") for w in health_check_command()[1:]),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", *container_command()],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as running:
        try:
            until = time.monotonic() + 60
            while not is_ready(f"http://127.0.0.1:{port}/readyz"):
                assert running.poll() is None, running.communicate()[1]
                assert time.monotonic() < until
                time.sleep(0.1)
            assert subprocess.run(health_check, check=False, timeout=30).returncode == 0
        finally:
            running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
    assert (
        subprocess.run(health_check, check=False, timeout=30, capture_output=True).returncode != 0
    )


def test_pre_commit_hook_runs_a_make_target() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    entries = [hook["entry"].split() for repo in hooks["repos"] for hook in repo["hooks"]]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for program, target in entries:
        assert program == "make"
        assert re.search(rf"^([\w-]+ )*{target}\b.*:", makefile, re.MULTILINE), target
