"""The viewer of a file is that of the session cookie or of the bearer token."""

from pathlib import Path
from typing import Final

import httpx2

from hub.store.database import Database
from hub.web.files import MATRIX_CSV_PATH
from tests.services.matrix.test_hidden_projects import insert_secret_project
from tests.web.hub_instance import HubInstance
from tests.web.test_matrix_files import HIDDEN_NAME, KEY
from tests.web.test_own_hosts import sign_in

HOST: Final = "localhost:8000"


async def contains_draft(http: httpx2.AsyncClient, **headers: str) -> bool:
    """Return whether the file has the draft of another agency."""
    response = await http.get(MATRIX_CSV_PATH, params={"key": KEY}, headers=headers)
    assert response.status_code == 200, response.text
    return HIDDEN_NAME in response.text


async def test_link_on_our_page_downloads_the_file_of_the_signed_in_person(
    fresh_database: Database, tmp_path: Path
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    instance = HubInstance(fresh_database, tmp_path, public_url=f"http://{HOST}", demo=True)
    async with instance.http as http:
        assert not await contains_draft(http, host=HOST)
        signed_in = await sign_in(http, HOST)
        assert signed_in.status_code == 303
        cookie = signed_in.headers["set-cookie"].partition(";")[0]
        own_page = {"host": HOST, "cookie": cookie, "sec-fetch-site": "same-origin"}
        assert await contains_draft(http, **own_page)
        assert not await contains_draft(http, **{**own_page, "sec-fetch-site": "cross-site"})


async def test_client_downloads_the_file_of_its_token(
    fresh_database: Database, tmp_path: Path
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http as http:
        secret = await instance.add_client()
        token = (await instance.get_token(auth=("planner", secret))).json()["access_token"]
        assert await contains_draft(http, authorization=f"Bearer {token}")
        assert not await contains_draft(http)
        refused = await http.get(
            MATRIX_CSV_PATH, params={"key": KEY}, headers={"authorization": "Bearer no.token.atall"}
        )
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
