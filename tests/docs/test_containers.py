"""The image and the compose file, read and run without a Docker daemon."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
import yaml

from hub.cli import hub
from hub.settings import Settings
from tests.docs.conftest import Served
from tests.docs.papers import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def instruction(name: str) -> str:
    """The last instruction of that name, which is the one that counts."""
    found: list[str] = re.findall(rf"^{name}\s+(.*)$", DOCKERFILE, re.MULTILINE)
    return found[-1]


def command() -> list[str]:
    """What the container runs."""
    words: list[str] = json.loads(instruction("CMD"))
    return words


def probe() -> list[str]:
    """How the container asks itself whether it is well."""
    words: list[str] = json.loads(instruction("HEALTHCHECK").split("CMD", 1)[1])
    return words


def answers(address: str) -> bool:
    """Whether the hub says that it is ready."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_the_compose_file_runs_what_the_image_runs() -> None:
    assert SERVICES["hub"]["command"] == command()


def test_the_command_of_the_image_is_one_of_the_hubs() -> None:
    program, *arguments = command()
    assert (program, arguments[:2]) == ("python", ["-m", "hub"])
    assert arguments[2:] == ["serve"]
    assert "serve" in hub.commands


def test_every_service_tells_whether_it_is_well() -> None:
    without = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert without == {"hub"}
    assert "/readyz" in probe()[-1]


def test_no_service_runs_as_root() -> None:
    assert all(service.get("user") not in (None, "root", "0") for service in SERVICES.values())
    assert instruction("USER") == SERVICES["hub"]["user"] == "10001:10001"


def test_every_volume_that_is_mounted_is_declared() -> None:
    mounted = {m.split(":")[0] for s in SERVICES.values() for m in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_the_database_is_made_in_utf8_and_ordered_by_code_point() -> None:
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert given == "--encoding=UTF8 --locale=C.UTF-8"
    assert "LANG=C.UTF-8" in instruction("ENV")


def test_the_hub_waits_for_its_database_and_is_told_where_it_is() -> None:
    hub, database = SERVICES["hub"], SERVICES["postgres"]["environment"]
    assert hub["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert hub["environment"]["HUB_DATABASE_URL"].endswith("@postgres:5432/hub")
    assert database["POSTGRES_USER"] == database["POSTGRES_DB"] == "hub"


def test_the_image_and_the_compose_file_set_only_what_the_hub_reads() -> None:
    told = set(re.findall(r"\b(HUB_[A-Z_]+)=", instruction("ENV")))
    told |= set(SERVICES["hub"]["environment"])
    assert told <= {setting.name for setting in Settings.ALL}


def test_what_the_image_is_made_of_is_in_the_repository_and_not_ignored() -> None:
    kept = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in kept


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_the_commands_of_the_image_serve_and_answer_the_probe_without_docker(
    served: Served,
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    here = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},  # noqa: TID251
        "HUB_HOST": "0.0.0.0",  # noqa: S104  as in the image
        "HUB_PORT": str(port),
        "HUB_DATABASE_URL": served.dsn,
    }
    asks = [sys.executable, *(w.replace(":8000/", f":{port}/") for w in probe()[1:])]
    with subprocess.Popen(
        [sys.executable, *command()[1:]],
        cwd=ROOT,
        env=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as running:
        try:
            until = time.monotonic() + 60
            while not answers(f"http://127.0.0.1:{port}/readyz"):
                assert running.poll() is None, running.communicate()[1]
                assert time.monotonic() < until
                time.sleep(0.1)
            assert subprocess.run(asks, check=False, timeout=30).returncode == 0
        finally:
            running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
    assert subprocess.run(asks, check=False, timeout=30, capture_output=True).returncode != 0


def test_a_hook_before_a_commit_is_a_target_of_make() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    entries = [hook["entry"].split() for repo in hooks["repos"] for hook in repo["hooks"]]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for program, target in entries:
        assert program == "make"
        assert re.search(rf"^([\w-]+ )*{target}\b.*:", makefile, re.MULTILINE), target
