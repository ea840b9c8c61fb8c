"""The running hub of the scenarios, with projects of ministries and a plan of a cluster."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx2
import pytest

from hub.settings import Settings
from hub.store.database import open_database
from tests.conftest import copy_database, execute_admin_statement
from tests.hub_thread import hub_in_thread
from tests.jobs.webhook_client import find_free_port
from tests.scenarios.running_hub import RunningHub

DATA: Final = Path(__file__).with_name("data.sql")


@pytest.fixture(scope="module")
async def hub(template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """Yield a running hub with a chain, a plan, projects and a finding."""
    dsn = await copy_database(template, "scenarios")
    folder: Path = tmp_path_factory.mktemp("hub")
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        "127.0.0.1", port, folder, False, dsn, 5, public_url=url, demo=True, rate=0,
        secrets_dir=folder,
    )  # fmt: skip
    (folder / "webhook-key").write_text("a long random text for the tests of webhooks", "utf-8")
    async with open_database(dsn, pool_size=3) as database:
        async with database.write_transaction() as connection:
            await connection.execute(DATA.read_text("utf-8"))
        with hub_in_thread(settings, port) as address:
            async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
                yield RunningHub(database, http)
    await execute_admin_statement(template, "drop database scenarios with (force)")
