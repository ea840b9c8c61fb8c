"""Tests login with OpenID Connect at a third-party provider, one per agency."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.domain.identity.clients import hash_secret
from hub.domain.identity.people import (
    LOGIN_ATTEMPT_LIFETIME,
    SESSION_IDLE_TIMEOUT,
    SESSION_LIFETIME,
)
from hub.domain.identity.viewer import ROLE_PERMISSIONS, Role
from hub.store.database import Database
from hub.web.auth.issuers import CACHE_SECONDS
from tests.web.auth.browser import SIGN_IN_SETTINGS, Browser, add_login_issuer
from tests.web.auth.token_issuers import INSTALLED, SECRET, SKIP_REASON, Provider
from tests.web.auth.token_issuers import run_provider as running_provider
from tests.web.hub_instance import INTERIOR, URL, HubInstance

pytestmark = pytest.mark.skipif(not INSTALLED, reason=SKIP_REASON)
OFFICER = {
    "subject": "somsri",
    "agency": {"code": "15"},
    "scopes": ["linkage:decide", "linkage:propose", "plan:write", "report:write", "source:operate"],
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(URL) as running:
        yield running


@pytest.fixture
async def login_instance(
    registry_database: Database, provider: Provider, tmp_path: Path
) -> AsyncIterator[HubInstance]:
    """Yield a hub with a login issuer for the Ministry of Interior."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "moi-sign-in").write_text(SECRET)
    instance = HubInstance(registry_database, tmp_path, secrets_dir=secrets)
    async with instance.http:
        await add_login_issuer(instance, provider)
        yield instance


@pytest.fixture
async def browser(login_instance: HubInstance) -> AsyncIterator[Browser]:
    async with Browser(login_instance) as built:
        yield built


async def count_rows(instance: HubInstance, table: str) -> int:
    found: int = await instance.database.pool.fetchval(f"select count(*) from {table}")  # noqa: S608
    return found


async def test_officer_signs_in_and_is_authenticated_by_the_cookie(browser: Browser) -> None:
    page = await browser.get("/signin")
    assert "กระทรวงมหาดไทย" in page.text
    answer = await browser.log_in("somsri", to="/?fy=2554")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?fy=2554")
    assert await browser.viewer() == OFFICER
    person = (await browser.get("/session")).json()["person"]
    assert person["name"] == "สมศรี ใจดี"
    assert person["agency"]["th"] == "กระทรวงมหาดไทย"
    assert person["role"]["en"] == "Officer"


async def test_session_cookie_is_host_only_secure_and_http_only(browser: Browser) -> None:
    answer = await browser.log_in("somsri", to="//evil.test")
    assert answer.headers["location"] == "/"
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-hub=")]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= parts
    assert not any(part.startswith("domain") for part in parts)


async def test_cookie_is_stored_as_a_hash(browser: Browser, login_instance: HubInstance) -> None:
    await browser.log_in("somsri")
    cookie = browser.hub.cookies["__Host-hub"]
    [row] = await login_instance.database.pool.fetch("select * from person_session")
    assert cookie not in str(row)
    assert row["id"] == hash_secret(cookie)


@pytest.mark.parametrize(
    ("account", "scopes"),
    [
        ("somchai", []),
        ("somsak", sorted(one.value for one in ROLE_PERMISSIONS[Role.STEWARD])),
    ],
)
async def test_role_is_mapped_from_a_claim_by_the_registry(
    browser: Browser, account: str, scopes: list[str]
) -> None:
    await browser.log_in(account)
    assert (await browser.viewer())["scopes"] == scopes


async def test_name_is_escaped_on_the_page(browser: Browser) -> None:
    await browser.log_in("somsak")
    page = (await browser.get("/signin")).text
    assert "สมศักดิ์ &lt;b&gt;" in page
    assert "<b>" not in page


async def test_agency_comes_from_the_registry_and_not_from_claims(browser: Browser) -> None:
    """Every token of the provider claims agency 01."""
    await browser.log_in("somsri")
    assert (await browser.viewer())["agency"] == {"code": "15"}


async def test_request_to_the_provider_has_state_nonce_and_s256_challenge(browser: Browser) -> None:
    response = await browser.hub.get("/signin", params={"agency": INTERIOR})
    parameters = parse_qs(urlsplit(response.headers["location"]).query)
    assert parameters["code_challenge_method"] == ["S256"]
    assert parameters["response_type"] == ["code"]
    assert parameters["redirect_uri"] == [f"{URL}/signin/back"]
    assert all(len(parameters[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


async def test_callback_is_accepted_once_and_only_from_the_same_browser(
    browser: Browser, login_instance: HubInstance
) -> None:
    back = await browser.log_in_at_provider("somsri")
    async with Browser(login_instance) as thief:
        stolen = await thief.hub.get(back)
        assert stolen.status_code == 400
        assert await thief.viewer() is None
        victim = await thief.log_in_at_provider("somchai")
        assert victim
        mixed = await thief.hub.get(back)  # another user's code and state
        assert mixed.status_code == 400
        assert await thief.viewer() is None
    assert (await browser.hub.get(back)).status_code == 303
    assert (await browser.hub.get(back)).status_code == 400


@pytest.mark.parametrize(
    "modify",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: back.replace("code=", "code=x"),
        lambda back: back.partition("?")[0],
        lambda back: back.partition("?")[0] + "?error=access_denied",
        lambda back: back.replace("iss=", "iss=https%3A%2F%2Fevil.test%2F&was="),
    ],
    ids=["state", "code", "nothing", "denied", "issuer"],
)
async def test_modified_callback_does_not_sign_in(
    browser: Browser, login_instance: HubInstance, modify: Any
) -> None:
    answer = await browser.hub.get(modify(await browser.log_in_at_provider("somsri")))
    assert answer.status_code == 400
    assert "ลงชื่อเข้าใช้ไม่สำเร็จ" in answer.text
    assert await browser.viewer() is None
    assert await count_rows(login_instance, "person_session") == 0


async def test_late_callback_does_not_sign_in(
    browser: Browser, login_instance: HubInstance
) -> None:
    back = await browser.log_in_at_provider("somsri")
    login_instance.clock = lambda: datetime.now(UTC) + LOGIN_ATTEMPT_LIFETIME
    assert (await browser.hub.get(back)).status_code == 400


async def test_sign_in_rotates_the_cookie_and_ends_the_previous_session(
    browser: Browser, login_instance: HubInstance
) -> None:
    await browser.log_in("somsri")
    first = browser.hub.cookies["__Host-hub"]
    await browser.log_in("somchai")
    assert browser.hub.cookies["__Host-hub"] != first
    assert await count_rows(login_instance, "person_session") == 1
    browser.hub.cookies.set("__Host-hub", first, domain="hub.test")
    async with Browser(login_instance) as other:
        other.hub.cookies.set("__Host-hub", first)
        assert await other.viewer() is None


async def test_planted_cookie_is_not_authenticated_by_sign_in(
    browser: Browser, login_instance: HubInstance
) -> None:
    browser.hub.cookies.set("__Host-hub", "planted", domain="hub.test")
    await browser.log_in("somsri")
    async with Browser(login_instance) as attacker:
        attacker.hub.cookies.set("__Host-hub", "planted")
        assert await attacker.viewer() is None


async def test_wrong_provider_secret_does_not_sign_in_and_is_not_shown(
    browser: Browser, login_instance: HubInstance, tmp_path: Path
) -> None:
    (tmp_path / "secrets" / "moi-sign-in").write_text("wrong-secret")
    answer = await browser.log_in("somsri")
    assert answer.status_code == 400
    assert "wrong-secret" not in answer.text


async def test_unreachable_provider_is_reported(
    browser: Browser, login_instance: HubInstance
) -> None:
    await login_instance.database.pool.execute("update issuer set enabled = false")
    gone = "http://127.0.0.1:9"
    await login_instance.add_issuer(gone, f"{gone}/jwks", sign_in=SIGN_IN_SETTINGS)
    login_instance.advance(CACHE_SECONDS)
    answer = await browser.hub.get("/signin", params={"agency": INTERIOR})
    assert answer.status_code == 400
    assert "could not be signed in" in answer.text


async def test_agency_without_a_provider_gets_404(browser: Browser) -> None:
    for agency in ("ministry:05", "ministry:99", "x' or 1=1", "\0"):
        answer = await browser.hub.get("/signin", params={"agency": agency})
        assert answer.status_code == 404, agency


async def test_session_expires_after_its_lifetime(
    browser: Browser, login_instance: HubInstance
) -> None:
    await browser.log_in("somsri")
    began = datetime.now(UTC)
    for minutes in range(
        20, int(SESSION_LIFETIME.total_seconds() // 60), 20
    ):  # requests at intervals, so that the session is not idle
        login_instance.clock = partial(began.__add__, timedelta(minutes=minutes))
        login_instance.advance(CACHE_SECONDS)
        assert await browser.viewer() == OFFICER, minutes
    login_instance.clock = lambda: began + SESSION_LIFETIME
    login_instance.advance(CACHE_SECONDS)
    assert await browser.viewer() is None


async def test_idle_session_expires(browser: Browser, login_instance: HubInstance) -> None:
    await browser.log_in("somsri")
    login_instance.clock = lambda: datetime.now(UTC) + SESSION_IDLE_TIMEOUT
    login_instance.advance(CACHE_SECONDS)
    assert await browser.viewer() is None


@pytest.mark.parametrize("what", ["agency", "issuer"])
async def test_disabling_agency_or_issuer_ends_sessions_on_every_instance(
    browser: Browser, login_instance: HubInstance, provider: Provider, tmp_path: Path, what: str
) -> None:
    await browser.log_in("somsri")
    other = HubInstance(login_instance.database, tmp_path / "other")
    async with other.http, Browser(other) as elsewhere:
        elsewhere.hub.cookies.set("__Host-hub", browser.hub.cookies["__Host-hub"])
        assert await elsewhere.viewer() == OFFICER
        if what == "agency":
            await login_instance.registry.disable_agency(INTERIOR)
        else:
            await login_instance.registry.disable_issuer(provider.url)
        for node, one in ((login_instance, browser), (other, elsewhere)):
            node.advance(CACHE_SECONDS)
            assert await one.viewer() is None
        await login_instance.registry.register_agency(INTERIOR)
        login_instance.advance(CACHE_SECONDS)
        assert await browser.viewer() is None
    if what == "issuer":
        assert (await browser.hub.get("/signin", params={"agency": INTERIOR})).status_code == 404
