"""Tests session cookies and the demo login, which needs no provider."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from hub.domain.identity.viewer import ROLE_PERMISSIONS, Permission, Role
from hub.store.database import Database
from hub.web.auth.issuers import CACHE_SECONDS
from hub.web.auth.next_path import safe_next_path
from tests.web.auth.browser import Browser, parse_form
from tests.web.hub_instance import TOURISM, HubInstance, UnreachablePool

HUB_URL = "http://127.0.0.1:8000"
OFFICER = {
    "subject": "demo:ministry:05:officer",
    "agency": {"code": "05"},
    "scopes": ["linkage:decide", "linkage:propose", "plan:write", "report:write", "source:operate"],
}


@pytest.fixture
async def demo_instance(registry_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub in demo mode, on localhost without TLS."""
    instance = HubInstance(registry_database, tmp_path, public_url=HUB_URL, demo=True)
    async with instance.http:
        yield instance


@pytest.fixture
async def browser(demo_instance: HubInstance) -> AsyncIterator[Browser]:
    async with Browser(demo_instance) as built:
        yield built


async def test_demo_sign_in_defaults_to_an_officer_of_the_ministry_of_tourism(
    browser: Browser,
) -> None:
    page = await browser.get("/signin?next=/query")
    action, fields = parse_form(page.text)
    answer = await browser.post(action, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/query")
    assert await browser.viewer() == OFFICER
    assert "กระทรวงการท่องเที่ยวและกีฬา" in (await browser.get("/signin")).text


@pytest.mark.parametrize("role", Role)
async def test_each_role_grants_its_permissions(browser: Browser, role: Role) -> None:
    await browser.demo_login(TOURISM, role)
    viewer = await browser.viewer()
    assert viewer["scopes"] == sorted(permission.value for permission in ROLE_PERMISSIONS[role])
    assert (
        ROLE_PERMISSIONS[Role.VIEWER]
        < ROLE_PERMISSIONS[Role.OFFICER]
        < ROLE_PERMISSIONS[Role.DELEGATE]
        < set(Permission)
    )


async def test_cookie_without_tls_has_no_prefix_and_is_not_secure(browser: Browser) -> None:
    answer = await browser.demo_login(TOURISM, Role.OFFICER)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("hub=")
    assert "secure" not in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_production_rejects_demo_sign_in_and_its_cookies(
    browser: Browser, demo_instance: HubInstance, tmp_path: Path
) -> None:
    await browser.demo_login(TOURISM, Role.STEWARD)
    strict = HubInstance(demo_instance.database, tmp_path / "strict", public_url=HUB_URL)
    async with strict.http, Browser(strict) as other:
        other.hub.cookies.set("hub", browser.hub.cookies["hub"])
        assert await other.viewer() is None
        assert (await other.demo_login(TOURISM, Role.STEWARD)).status_code == 404
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
async def test_demo_sign_in_with_an_unknown_agency_or_role_is_rejected(
    browser: Browser, fields: dict[str, str]
) -> None:
    answer = await browser.post("/signin/demo", fields)
    assert answer.status_code == 400
    assert "choose an agency and a role" in answer.text
    assert await browser.viewer() is None


async def test_disabled_agency_cannot_use_demo_sign_in(
    browser: Browser, demo_instance: HubInstance
) -> None:
    await demo_instance.registry.register_agency(TOURISM)
    await browser.demo_login(TOURISM, Role.OFFICER)
    await demo_instance.registry.disable_agency(TOURISM)
    demo_instance.advance(CACHE_SECONDS)
    assert await browser.viewer() is None
    await browser.demo_login(TOURISM, Role.OFFICER)
    assert await browser.viewer() is None
    await demo_instance.registry.register_agency(TOURISM)


FOREIGN_HEADERS = [
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN_HEADERS)
async def test_cookie_is_ignored_for_requests_of_another_origin(
    browser: Browser, headers: dict[str, str]
) -> None:
    await browser.demo_login(TOURISM, Role.OFFICER)
    answer = await browser.post_query(**headers)
    assert answer.json()["data"] == {"viewer": None}
    assert (await browser.get("/session", **headers)).json() == {"person": None}
    assert await browser.viewer() == OFFICER


@pytest.mark.parametrize("headers", FOREIGN_HEADERS)
async def test_sign_in_and_sign_out_from_another_origin_are_rejected_with_403(
    browser: Browser, headers: dict[str, str]
) -> None:
    chosen = {"agency": TOURISM, "role": "OFFICER"}
    assert (await browser.post("/signin/demo", chosen, **headers)).status_code == 403
    await browser.demo_login(TOURISM, Role.OFFICER)
    token = (await browser.get("/session")).json()["token"]
    assert (await browser.post("/signout", {"token": token}, **headers)).status_code == 403
    assert await browser.viewer() == OFFICER


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_graphql_form_post_is_rejected_with_415(browser: Browser, kind: str | None) -> None:
    """A content type that needs no CORS preflight is rejected before the cookie is read."""
    await browser.demo_login(TOURISM, Role.OFFICER)
    headers = {"content-type": kind} if kind else {}
    answer = await browser.hub.post(
        "/graphql", content=b'{"query": "{ viewer { subject } }"}', headers=headers
    )
    assert answer.status_code == 415


async def test_sign_out_requires_the_csrf_token_and_ends_the_session(browser: Browser) -> None:
    await browser.demo_login(TOURISM, Role.OFFICER)
    cookie = browser.hub.cookies["hub"]
    for wrong in ({"next": "/"}, {"token": ""}, {"token": "0" * 64}, {"token": "ก"}):
        assert (await browser.post("/signout", wrong)).status_code == 403
    token = (await browser.get("/session")).json()["token"]
    assert token != cookie
    assert (await browser.post("/signout", {"token": token, "next": "/query"})).status_code == 303
    assert "hub" not in browser.hub.cookies
    browser.hub.cookies.set("hub", cookie)
    assert await browser.viewer() is None


async def test_bearer_token_takes_precedence_over_the_cookie(
    browser: Browser, demo_instance: HubInstance
) -> None:
    secret = await demo_instance.add_client()
    token = (await demo_instance.get_token(auth=("planner", secret))).json()["access_token"]
    await browser.demo_login(TOURISM, Role.VIEWER)
    answer = await browser.post_query(authorization=f"Bearer {token}")
    assert answer.json()["data"]["viewer"]["subject"] == "planner"
    assert (await browser.post_query(authorization="Bearer nonsense")).status_code == 401


async def test_unknown_cookie_is_anonymous_without_error(browser: Browser) -> None:
    browser.hub.cookies.set("hub", "long-gone")
    assert await browser.viewer() is None


async def test_responses_to_a_session_are_not_cacheable(browser: Browser) -> None:
    await browser.demo_login(TOURISM, Role.OFFICER)
    question = await browser.hub.get("/graphql", params={"query": "{ viewer { subject } }"})
    assert question.json()["data"]["viewer"]["subject"] == OFFICER["subject"]
    for answer in (question, await browser.get("/session"), await browser.get("/signin")):
        assert answer.headers["cache-control"] == "no-store"


async def test_socket_user_is_not_revalidated_after_sign_out(
    browser: Browser, demo_instance: HubInstance
) -> None:
    """Each socket revalidates its user every two seconds; it does not continue as anonymous."""
    await browser.demo_login(TOURISM, Role.OFFICER)
    headers = [(b"cookie", f"hub={browser.hub.cookies['hub']}".encode())]
    request = Request({"type": "http", "method": "GET", "headers": headers, "query_string": b""})
    user = await demo_instance.user(request)
    assert (await user.viewer()).agency_id == TOURISM
    assert await user.revalidate()
    token = (await browser.get("/session")).json()["token"]
    await browser.post("/signout", {"token": token})
    assert not await user.revalidate()
    assert not await user.revalidate()


async def test_sign_in_page_gets_503_when_the_database_is_unreachable(
    browser: Browser, demo_instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_instance.database, "pool", UnreachablePool())
    page = await browser.get("/signin")
    assert page.status_code == 503
    assert page.headers["retry-after"]
    assert "ระบบยังไม่พร้อม" in page.text


async def test_sign_in_page_allows_no_scripts_and_no_framing(browser: Browser) -> None:
    page = await browser.get("/signin")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


async def test_sign_in_attempts_per_address_are_limited(
    browser: Browser, demo_instance: HubInstance
) -> None:
    statuses = [(await browser.get("/signin?agency=ministry:15")).status_code for _ in range(25)]
    assert statuses.count(404) == 20
    assert statuses.count(429) == 5


@given(st.text() | st.from_regex(r"[/\\]{0,3}[a-z.:/\\@?#%&=]*", fullmatch=True))
def test_redirect_after_sign_in_is_always_a_path_of_this_hub(text: str) -> None:
    path = safe_next_path(text)
    parts = urlsplit(path)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not parts.scheme
    assert not parts.netloc
    assert path.isascii()
    assert "\n" not in path
