"""Pages of other origins are let in by the register, and by nothing else."""

from typing import Any

import pytest

from hub.domain.identity.clients import ClientKind
from hub.web.trust import REMEMBERED
from tests.web.access import TOURISM, Realm, Unreachable

PAGE = "https://map.mots.test"
ALLOW = "access-control-allow-origin"


async def add_page(realm: Realm) -> None:
    await realm.add_client("map", kind=ClientKind.PUBLIC, secrets=[], origins=[PAGE])


async def preflight(realm: Realm, origin: str, path: str = "/graphql", **more: str) -> Any:
    asked = {"access-control-request-method": "POST", **more}
    return await realm.http.options(path, headers={"origin": origin, **asked})


async def test_a_page_of_a_registered_origin_asks_and_reads(realm: Realm) -> None:
    await add_page(realm)
    wanted = {"access-control-request-headers": "authorization,content-type"}
    may = await preflight(realm, PAGE, **wanted)
    assert may.status_code == 200
    assert may.headers[ALLOW] == PAGE
    assert "POST" in may.headers["access-control-allow-methods"]
    answer = await realm.ask(headers={"origin": PAGE})
    assert answer.headers[ALLOW] == PAGE
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in {**may.headers, **answer.headers}
    refused = await realm.ask("no token", headers={"origin": PAGE})
    assert refused.status_code == 401
    assert refused.headers[ALLOW] == PAGE
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.test", "null", "http://map.mots.test", PAGE + ".evil.test", PAGE + ":444", "*"],
)
async def test_a_page_of_any_other_origin_is_not(realm: Realm, origin: str) -> None:
    await add_page(realm)
    may = await preflight(realm, origin)
    assert may.status_code == 400
    answer = await realm.ask(headers={"origin": origin})
    assert ALLOW not in {**may.headers, **answer.headers}


async def test_a_page_reads_no_other_part_of_the_hub(realm: Realm) -> None:
    await add_page(realm)
    for path in ("/", "/healthz", "/static/icon.svg"):
        answer = await realm.http.get(path, headers={"origin": PAGE})
        assert ALLOW not in answer.headers


@pytest.mark.parametrize("what", ["client", "agency"])
async def test_an_origin_stops_with_its_client(realm: Realm, what: str) -> None:
    await add_page(realm)
    assert (await preflight(realm, PAGE)).status_code == 200
    if what == "client":
        await realm.register.disable_client("map")
    else:
        await realm.register.disable_agency(TOURISM)
    realm.later(REMEMBERED)
    assert (await preflight(realm, PAGE)).status_code == 400
    assert ALLOW not in (await realm.ask(headers={"origin": PAGE})).headers


async def test_without_a_database_nobody_is_let_in_and_the_answer_says_why(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_page(realm)
    monkeypatch.setattr(realm.database, "pool", Unreachable())
    asked = {"query": '{ area(by: {code: "20"}) { code } }'}
    answer = await realm.http.post("/graphql", json=asked, headers={"origin": PAGE})
    assert answer.status_code == 503
    assert ALLOW not in answer.headers
