"""A page of another origin asks in a person's name: with leave, once, and no longer than that."""

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from hub.domain.identity.clients import ClientKind
from hub.domain.identity.people import CODE_LIFETIME
from hub.domain.identity.viewer import Role
from hub.store.database import Database
from hub.web.trust import REMEMBERED
from tests.web.access import INTERIOR, TOURISM, Realm
from tests.web.people import Browser, form_of

HERE = "http://127.0.0.1:8000"
PAGE = "https://map.mots.test"
BACK = f"{PAGE}/back?keep=1"
VERIFIER = "v" * 64
OFFICER = {
    "subject": "demo:ministry:15:officer",
    "agency": {"code": "15"},
    "scopes": ["source:operate"],
}


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


ASKED = {
    "response_type": "code",
    "client_id": "map",
    "redirect_uri": BACK,
    "scope": "source:operate",
    "state": "s&t=1",
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}


async def add_page(realm: Realm, client_id: str = "map", **more: Any) -> None:
    told = {
        "kind": ClientKind.PUBLIC,
        "secrets": [],
        "origins": [PAGE],
        "redirects": [BACK],
        "name": "แผนที่ <ท่องเที่ยว>",
        **more,
    }
    await realm.add_client(client_id, **told)


@pytest.fixture
async def realm(register_database: Database, tmp_path: Path) -> AsyncIterator[Realm]:
    realm = Realm(register_database, tmp_path, public_url=HERE, demo=True)
    async with realm.http:
        await add_page(realm)
        yield realm


@pytest.fixture
async def browser(realm: Realm) -> AsyncIterator[Browser]:
    """An officer of the Ministry of Interior, signed in."""
    async with Browser(realm) as made:
        await made.demo(INTERIOR, Role.OFFICER)
        yield made


def address(**more: str | None) -> str:
    told = {name: value for name, value in {**ASKED, **more}.items() if value is not None}
    return f"/oauth/authorize?{urlencode(told)}"


async def decide(browser: Browser, decision: str = "allow", **more: Any) -> httpx2.Response:
    """Read the page, and press a button on it."""
    page = await browser.get(address(**more))
    assert page.status_code == 200, page.text
    action, fields = form_of(page.text)
    return await browser.post(action, {**fields, "decision": decision})


def answer_in(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{BACK}&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def code_of(browser: Browser, **more: Any) -> str:
    return answer_in(await decide(browser, **more))["code"]


async def change(realm: Realm, code: str, **more: Any) -> httpx2.Response:
    """What the page does with a code, from its own origin."""
    told = {
        "grant_type": "authorization_code",
        "client_id": "map",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "code": code,
        **more,
    }
    form = {name: value for name, value in told.items() if value is not None}
    return await realm.http.post("/oauth/token", data=form, headers={"origin": PAGE})


def refused(response: httpx2.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error), response.text
    assert "access_token" not in response.text


async def test_a_page_asks_in_the_name_of_a_person_who_lets_it(
    browser: Browser, realm: Realm
) -> None:
    answer = answer_in(await decide(browser))
    assert (answer["state"], answer["iss"], answer["keep"]) == ("s&t=1", HERE, "1")
    given = await change(realm, answer["code"])
    assert given.status_code == 200, given.text
    assert given.headers["access-control-allow-origin"] == PAGE
    told = given.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == (
        "Bearer",
        600,
        "source:operate",
    )
    assert "refresh_token" not in told
    asked = await realm.ask(told["access_token"], headers={"origin": PAGE})
    assert asked.json()["data"]["viewer"] == OFFICER
    assert asked.headers["access-control-allow-origin"] == PAGE


async def test_the_page_says_in_both_languages_who_wants_what(browser: Browser) -> None:
    page = await browser.get(address())
    assert "แผนที่ &lt;ท่องเที่ยว&gt;" in page.text
    for words in (PAGE, "ดูแลแหล่งข้อมูลของหน่วยงานตน", "operate the sources", "กระทรวงมหาดไทย"):
        assert words in page.text
    policy = page.headers["content-security-policy"]
    assert f"form-action 'self' {PAGE};" in policy
    assert page.headers["x-frame-options"] == "DENY"


async def test_who_is_not_signed_in_is_asked_to_first(realm: Realm) -> None:
    async with Browser(realm) as nobody:
        first = await nobody.get(address())
        assert first.status_code == 303
        assert first.headers["location"].startswith("/signin?next=%2Foauth%2Fauthorize%3F")
        _, fields = form_of((await nobody.get(first.headers["location"])).text)
        back = await nobody.post("/signin/demo", fields)
        page = await nobody.get(back.headers["location"])
        assert "แผนที่" in page.text
        assert await code_of(nobody)


async def test_who_says_no_is_taken_at_their_word(browser: Browser) -> None:
    answer = answer_in(await decide(browser, "deny"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "s&t=1", HERE)
    assert "code" not in answer


@pytest.mark.parametrize(
    "change_of",
    [
        {"redirect_uri": f"{PAGE}/"},
        {"redirect_uri": f"{BACK}&more=1"},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": "https://evil.test/back"},
        {"redirect_uri": f"{PAGE}.evil.test/back?keep=1"},
        {"redirect_uri": "ที่อื่น"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": "planner"},
        {"client_id": None},
        {"response_type": '"ก"', "redirect_uri": "https://evil.test/"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    browser: Browser, realm: Realm, change_of: dict[str, str | None]
) -> None:
    await realm.add_client("planner", redirects=[BACK])
    answer = await browser.get(address(**change_of))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("change_of", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "hub:steward"}, "invalid_scope"),
        ({"scope": "source:operate everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"resource": "https://other.test"}, "invalid_target"),
    ],
)
async def test_a_request_that_will_not_do_is_told_to_the_page(
    browser: Browser, change_of: dict[str, str | None], error: str
) -> None:
    answer = answer_in(await browser.get(address(**change_of)))
    assert (answer["error"], answer["state"]) == (error, "s&t=1")


async def test_a_parameter_stands_once(browser: Browser) -> None:
    answer = await browser.get(f"{address()}&client_id=map")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("change_of", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": s256(VERIFIER)}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{PAGE}/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
async def test_a_code_is_bound_to_page_address_and_challenge_and_is_then_gone(
    browser: Browser, realm: Realm, change_of: dict[str, Any], error: str
) -> None:
    await add_page(realm, "other")
    code = await code_of(browser)
    refused(await change(realm, **{"code": code, **change_of}), error)
    if "code" not in change_of:  # one look, whoever looks
        refused(await change(realm, code), "invalid_grant")


async def test_a_code_counts_once(browser: Browser, realm: Realm) -> None:
    code = await code_of(browser)
    assert (await change(realm, code)).status_code == 200
    refused(await change(realm, code), "invalid_grant")


async def test_a_code_counts_for_a_minute(browser: Browser, realm: Realm) -> None:
    code = await code_of(browser)
    realm.clock = lambda: datetime.now(UTC) + CODE_LIFETIME
    refused(await change(realm, code), "invalid_grant")


async def test_a_code_is_kept_as_a_hash(browser: Browser, realm: Realm) -> None:
    code = await code_of(browser)
    assert code not in str(await realm.database.pool.fetch("select * from authorization_code"))


async def test_a_page_never_may_what_the_person_may_not(realm: Realm) -> None:
    async with Browser(realm) as reader:
        await reader.demo(INTERIOR, Role.VIEWER)
        page = await reader.get(address())
        assert "operate the sources" not in page.text
        told = (await change(realm, await code_of(reader))).json()
    asked = await realm.ask(told["access_token"])
    assert asked.json()["data"]["viewer"]["scopes"] == []


async def test_a_page_never_may_what_the_register_does_not_let_it(realm: Realm) -> None:
    await realm.database.pool.execute("update client set scopes = '{audit:read}'")
    async with Browser(realm) as steward:
        await steward.demo(INTERIOR, Role.STEWARD)
        told = (await change(realm, await code_of(steward, scope=None))).json()
    asked = await realm.ask(told["access_token"])
    assert asked.json()["data"]["viewer"]["scopes"] == ["audit:read"]


Stop = Callable[[Browser, Realm], Awaitable[Any]]


async def sign_out(browser: Browser, _: Realm) -> None:
    token = (await browser.get("/session")).json()["token"]
    assert (await browser.post("/signout", {"token": token})).status_code == 303


@pytest.mark.parametrize(
    "stop",
    [
        sign_out,
        lambda _, realm: realm.register.disable_client("map"),
        lambda _, realm: realm.register.disable(INTERIOR),
        lambda _, realm: realm.register.disable(TOURISM),
    ],
    ids=["signed out", "client", "the person's agency", "the page's agency"],
)
async def test_a_token_stops_with_the_person_the_page_and_their_agencies(
    browser: Browser, realm: Realm, stop: Stop
) -> None:
    await realm.register.register_agency(INTERIOR)
    code = await code_of(browser)
    token = (await change(realm, await code_of(browser))).json()["access_token"]
    user = await realm.bearer(token)
    assert await user.revalidate()
    await stop(browser, realm)
    realm.later(REMEMBERED)
    assert (await realm.ask(token)).status_code == 401
    assert not await user.revalidate()
    assert (await change(realm, code)).status_code in {400, 401}
    await realm.register.register_agency(INTERIOR)
    await realm.register.register_agency(TOURISM)


async def test_a_token_lives_ten_minutes(browser: Browser, realm: Realm) -> None:
    token = (await change(realm, await code_of(browser))).json()["access_token"]
    began = datetime.now(UTC)
    for minutes, status in ((10.4, 200), (10.6, 401)):
        realm.clock = partial(began.__add__, timedelta(minutes=minutes))
        assert (await realm.ask(token)).status_code == status


@pytest.mark.parametrize(
    "headers", [{"origin": PAGE}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_no_page_presses_the_button_for_a_person(
    browser: Browser, headers: dict[str, str]
) -> None:
    action, fields = form_of((await browser.get(address())).text)
    answer = await browser.post(action, {**fields, "decision": "allow"}, **headers)
    assert answer.status_code == 403


async def test_a_button_of_another_session_counts_for_nothing(browser: Browser) -> None:
    action, fields = form_of((await browser.get(address())).text)
    await browser.demo(TOURISM, Role.STEWARD)
    answer = await browser.post(action, {**fields, "decision": "allow"})
    assert answer.status_code == 403
    by_address = await browser.get(address(decision="allow"))
    assert by_address.status_code == 200  # it is the page that asks, and no answer to it


async def test_a_system_gets_no_codes_and_a_page_no_token_without(realm: Realm) -> None:
    secret = await realm.add_client()
    refused(await realm.get_token(client_id="map"), "invalid_client", 401)
    answer = await realm.get_token(("planner", secret), grant_type="authorization_code", code="x")
    refused(answer, "invalid_client", 401)


async def test_the_metadata_tells_a_page_all_it_needs(realm: Realm) -> None:
    told = (await realm.http.get("/.well-known/oauth-authorization-server")).json()
    assert told["authorization_endpoint"] == f"{HERE}/oauth/authorize"
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "authorization_code" in told["grant_types_supported"]
    assert "none" in told["token_endpoint_auth_methods_supported"]
    assert told["authorization_response_iss_parameter_supported"] is True
