"""What a client may ask is counted and listed for that client, by the token it shows."""

from pathlib import Path

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Role, Viewer
from hub.store.database import Database
from hub.web.turnstile import Caller
from tests.sandbox.served import serve_app
from tests.web.access import TOURISM, URL, WHO, Realm, ec
from tests.web.jwks import Jwks, token_of
from tests.web.people import Browser

ISSUER = "https://id.moi.test"


async def token(realm: Realm, client_id: str) -> str:
    secret = await realm.add_client(client_id)
    return str((await realm.get_token(auth=(client_id, secret))).json()["access_token"])


async def test_clients_behind_one_address_are_counted_apart(
    register_database: Database, tmp_path: Path
) -> None:
    realm = Realm(register_database, tmp_path, rate=1, demo=True)
    async with realm.http, Browser(realm) as browser:
        first, second = await token(realm, "planner"), await token(realm, "reporter")
        statuses = [(await realm.ask(first)).status_code for _ in range(12)]
        assert statuses == [200] * 9 + [429] * 3  # each costs a little more than one question
        assert (await realm.ask(second)).status_code == 200
        assert (await realm.ask()).status_code == 200
        await browser.demo(TOURISM, Role.OFFICER)
        assert (await browser.ask()).status_code == 200


async def test_a_client_asks_by_its_own_list_and_nobody_by_anothers(
    register_database: Database, tmp_path: Path
) -> None:
    lists = tmp_path / "lists"
    (lists / "planner").mkdir(parents=True)
    (lists / "planner" / "who.graphql").write_text(WHO)
    realm = Realm(register_database, tmp_path, operations_dir=lists)
    async with realm.http:
        assert (await realm.ask(await token(realm, "planner"))).status_code == 200
        assert (await realm.ask(await token(realm, "reporter"))).status_code == 403
        assert (await realm.ask()).status_code == 403
        key = ec()
        with serve_app(Jwks(key)) as address:
            await realm.add_issuer(ISSUER, f"{address}/jwks")
            named_alike = token_of(ISSUER, key, client_id="planner")
            assert (await realm.viewer(named_alike)).client_id == "planner"
            assert (await realm.ask(named_alike)).status_code == 403


async def test_a_token_that_will_not_do_is_refused_before_the_document_is_read(
    realm: Realm,
) -> None:
    answer = await realm.http.post(
        "/graphql", json={"query": "{ nonsense"}, headers={"authorization": "Bearer abc"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("viewer", "caller"),
    [
        (ANONYMOUS, Caller()),
        (Viewer("a", "m", issuer=URL, client_id="a"), Caller("a", "a")),
        (Viewer("a", "m", issuer=ISSUER, client_id="a"), Caller(None, f"of {ISSUER} a")),
        (Viewer("s", "m", issuer=ISSUER), Caller(None, f"of {ISSUER} s")),
        (Viewer("s", "m", issuer=ISSUER, session="x"), Caller(None, "person x")),
        (Viewer("s", "m", issuer=URL, client_id="map", session="x"), Caller("map", "person x")),
    ],
)
def test_people_are_counted_each_for_themselves_and_issuers_apart(
    viewer: Viewer, caller: Caller
) -> None:
    assert Caller.of(viewer, URL) == caller
