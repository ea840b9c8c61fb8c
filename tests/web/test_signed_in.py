"""Whose cookie is heard, for what, and how the demo's sign-in behaves; no provider is needed."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from hub.domain.identity.viewer import ROLE_PERMISSIONS, Permission, Role
from hub.store.database import Database
from hub.web.forms import own_path
from hub.web.trust import REMEMBERED
from tests.web.access import TOURISM, Realm, Unreachable
from tests.web.people import Browser, form_of

HERE = "http://127.0.0.1:8000"
OFFICER = {
    "subject": "demo:ministry:05:officer",
    "agency": {"code": "05"},
    "scopes": ["source:operate"],
}


@pytest.fixture
async def trying(register_database: Database, tmp_path: Path) -> AsyncIterator[Realm]:
    """A hub for trying out, on this machine without TLS."""
    realm = Realm(register_database, tmp_path, public_url=HERE, demo=True)
    async with realm.http:
        yield realm


@pytest.fixture
async def browser(trying: Realm) -> AsyncIterator[Browser]:
    async with Browser(trying) as made:
        yield made


async def test_a_newcomer_is_the_ministry_of_tourisms_officer_at_one_click(
    browser: Browser,
) -> None:
    page = await browser.get("/signin?next=/query")
    action, fields = form_of(page.text)
    answer = await browser.post(action, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/query")
    assert await browser.viewer() == OFFICER
    assert "กระทรวงการท่องเที่ยวและกีฬา" in (await browser.get("/signin")).text


@pytest.mark.parametrize("role", Role)
async def test_each_role_lets_a_person_do_what_the_table_says(browser: Browser, role: Role) -> None:
    await browser.demo(TOURISM, role)
    told = await browser.viewer()
    assert told["scopes"] == sorted(permission.value for permission in ROLE_PERMISSIONS[role])
    assert (
        ROLE_PERMISSIONS[Role.VIEWER]
        < ROLE_PERMISSIONS[Role.OFFICER]
        < ROLE_PERMISSIONS[Role.DELEGATE]
        < set(Permission)
    )


async def test_without_tls_on_this_machine_the_cookie_has_no_prefix(browser: Browser) -> None:
    answer = await browser.demo(TOURISM, Role.OFFICER)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("hub=")
    assert "secure" not in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_production_has_no_demo_and_hears_none_of_its_cookies(
    browser: Browser, trying: Realm, tmp_path: Path
) -> None:
    await browser.demo(TOURISM, Role.STEWARD)
    strict = Realm(trying.database, tmp_path / "strict", public_url=HERE)
    async with strict.http, Browser(strict) as other:
        other.hub.cookies.set("hub", browser.hub.cookies["hub"])
        assert await other.viewer() is None
        assert (await other.demo(TOURISM, Role.STEWARD)).status_code == 404
        assert "/signin/demo" not in (await other.get("/signin")).text


@pytest.mark.parametrize(
    "fields",
    [
        {"agency": "ministry:99", "role": "OFFICER"},
        {"agency": TOURISM, "role": "KING"},
        {"agency": TOURISM},
        {"role": "OFFICER"},
    ],
)
async def test_nobody_is_somebody_whom_there_is_not(
    browser: Browser, fields: dict[str, str]
) -> None:
    answer = await browser.post("/signin/demo", fields)
    assert answer.status_code == 400
    assert "choose an agency and a role" in answer.text
    assert await browser.viewer() is None


async def test_a_disabled_agency_signs_nobody_in_for_trying_out_either(
    browser: Browser, trying: Realm
) -> None:
    await trying.register.register_agency(TOURISM)
    await browser.demo(TOURISM, Role.OFFICER)
    await trying.register.disable_agency(TOURISM)
    trying.later(REMEMBERED)
    assert await browser.viewer() is None
    await browser.demo(TOURISM, Role.OFFICER)
    assert await browser.viewer() is None
    await trying.register.register_agency(TOURISM)


FOREIGN = [
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_page_of_another_origin_does_not_ask_in_ones_name(
    browser: Browser, headers: dict[str, str]
) -> None:
    await browser.demo(TOURISM, Role.OFFICER)
    answer = await browser.ask(**headers)
    assert answer.json()["data"] == {"viewer": None}
    assert (await browser.get("/session", **headers)).json() == {"person": None}
    assert await browser.viewer() == OFFICER


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_page_of_another_origin_signs_nobody_in_or_out(
    browser: Browser, headers: dict[str, str]
) -> None:
    chosen = {"agency": TOURISM, "role": "OFFICER"}
    assert (await browser.post("/signin/demo", chosen, **headers)).status_code == 403
    await browser.demo(TOURISM, Role.OFFICER)
    token = (await browser.get("/session")).json()["token"]
    assert (await browser.post("/signout", {"token": token}, **headers)).status_code == 403
    assert await browser.viewer() == OFFICER


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_form_of_anybody_asks_nothing_of_graphql(
    browser: Browser, kind: str | None
) -> None:
    """What a browser sends without asking first is refused before anybody's cookie is looked at."""
    await browser.demo(TOURISM, Role.OFFICER)
    headers = {"content-type": kind} if kind else {}
    answer = await browser.hub.post(
        "/graphql", content=b'{"query": "{ viewer { subject } }"}', headers=headers
    )
    assert answer.status_code == 415


async def test_signing_out_needs_the_forms_token_and_is_at_once(browser: Browser) -> None:
    await browser.demo(TOURISM, Role.OFFICER)
    kept = browser.hub.cookies["hub"]
    for wrong in ({"next": "/"}, {"token": ""}, {"token": "0" * 64}, {"token": "ก"}):
        assert (await browser.post("/signout", wrong)).status_code == 403
    token = (await browser.get("/session")).json()["token"]
    assert token != kept
    assert (await browser.post("/signout", {"token": token, "next": "/query"})).status_code == 303
    assert "hub" not in browser.hub.cookies
    browser.hub.cookies.set("hub", kept)
    assert await browser.viewer() is None


async def test_a_token_speaks_louder_than_a_cookie(browser: Browser, trying: Realm) -> None:
    secret = await trying.add_client()
    given = (await trying.get_token(auth=("planner", secret))).json()["access_token"]
    await browser.demo(TOURISM, Role.VIEWER)
    answer = await browser.ask(authorization=f"Bearer {given}")
    assert answer.json()["data"]["viewer"]["subject"] == "planner"
    assert (await browser.ask(authorization="Bearer nonsense")).status_code == 401


async def test_a_stale_cookie_is_nobodys_and_no_error(browser: Browser) -> None:
    browser.hub.cookies.set("hub", "long-gone")
    assert await browser.viewer() is None


async def test_what_is_answered_to_a_person_is_kept_by_no_cache(browser: Browser) -> None:
    await browser.demo(TOURISM, Role.OFFICER)
    question = await browser.hub.get("/graphql", params={"query": "{ viewer { subject } }"})
    assert question.json()["data"]["viewer"]["subject"] == OFFICER["subject"]
    for answer in (question, await browser.get("/session"), await browser.get("/signin")):
        assert answer.headers["cache-control"] == "no-store"


async def test_who_listens_on_a_socket_stops_with_the_session(
    browser: Browser, trying: Realm
) -> None:
    """What each socket asks every two seconds; it does not go on as nobody in particular."""
    await browser.demo(TOURISM, Role.OFFICER)
    headers = [(b"cookie", f"hub={browser.hub.cookies['hub']}".encode())]
    request = Request({"type": "http", "method": "GET", "headers": headers, "query_string": b""})
    user = await trying.user(request)
    assert (await user.viewer()).agency_id == TOURISM
    assert await user.revalidate()
    token = (await browser.get("/session")).json()["token"]
    await browser.post("/signout", {"token": token})
    assert not await user.revalidate()
    assert not await user.revalidate()


async def test_without_a_database_the_pages_say_so(
    browser: Browser, trying: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying.database, "pool", Unreachable())
    page = await browser.get("/signin")
    assert page.status_code == 503
    assert page.headers["retry-after"]
    assert "ระบบยังไม่พร้อม" in page.text


async def test_the_page_runs_no_script_and_is_framed_by_nobody(browser: Browser) -> None:
    page = await browser.get("/signin")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


async def test_one_address_begins_so_many_sign_ins_and_no_more(
    browser: Browser, trying: Realm
) -> None:
    statuses = [(await browser.get("/signin?agency=ministry:15")).status_code for _ in range(25)]
    assert statuses.count(404) == 20
    assert statuses.count(429) == 5


@given(st.text() | st.from_regex(r"[/\\]{0,3}[a-z.:/\\@?#%&=]*", fullmatch=True))
def test_where_to_go_next_is_always_on_this_hub(text: str) -> None:
    path = own_path(text)
    parts = urlsplit(path)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not parts.scheme
    assert not parts.netloc
    assert path.isascii()
    assert "\n" not in path
