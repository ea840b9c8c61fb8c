"""People sign in by their agency's provider, which we did not write, and by nothing else."""

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
from hub.store.database import Database
from hub.web.trust import REMEMBERED
from tests.web.access import INTERIOR, URL, Realm
from tests.web.parties import INSTALLED, SECRET, WHY_NOT, Provider
from tests.web.parties import provider as running_provider
from tests.web.people import SIGNING, Browser, trust_people

pytestmark = pytest.mark.skipif(not INSTALLED, reason=WHY_NOT)
OFFICER = {"subject": "somsri", "agency": {"code": "15"}, "scopes": ["source:operate"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(URL) as running:
        yield running


@pytest.fixture
async def home(
    register_database: Database, provider: Provider, tmp_path: Path
) -> AsyncIterator[Realm]:
    """A hub where the Ministry of Interior's people sign in."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "moi-sign-in").write_text(SECRET)
    realm = Realm(register_database, tmp_path, secrets_dir=secrets)
    async with realm.http:
        await trust_people(realm, provider)
        yield realm


@pytest.fixture
async def browser(home: Realm) -> AsyncIterator[Browser]:
    async with Browser(home) as made:
        yield made


async def rows(realm: Realm, table: str) -> int:
    found: int = await realm.database.pool.fetchval(f"select count(*) from {table}")  # noqa: S608
    return found


async def test_an_officer_signs_in_and_is_known_by_the_cookie(browser: Browser) -> None:
    page = await browser.get("/signin")
    assert "กระทรวงมหาดไทย" in page.text
    answer = await browser.sign_in("somsri", to="/?fy=2554")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?fy=2554")
    assert await browser.viewer() == OFFICER
    told = (await browser.get("/session")).json()["person"]
    assert told["name"] == "สมศรี ใจดี"
    assert told["agency"]["th"] == "กระทรวงมหาดไทย"
    assert told["role"]["en"] == "Officer"


async def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(browser: Browser) -> None:
    answer = await browser.sign_in("somsri", to="//evil.test")
    assert answer.headers["location"] == "/"
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-hub=")]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= parts
    assert not any(part.startswith("domain") for part in parts)


async def test_what_the_database_holds_is_no_cookie(browser: Browser, home: Realm) -> None:
    await browser.sign_in("somsri")
    cookie = browser.hub.cookies["__Host-hub"]
    [row] = await home.database.pool.fetch("select * from person_session")
    assert cookie not in str(row)
    assert row["id"] == hash_secret(cookie)


@pytest.mark.parametrize(
    ("account", "scopes"),
    [("somchai", []), ("somsak", ["audit:read", "hub:steward", "source:operate"])],
)
async def test_a_role_is_what_the_register_makes_of_a_claim(
    browser: Browser, account: str, scopes: list[str]
) -> None:
    await browser.sign_in(account)
    assert (await browser.viewer())["scopes"] == scopes


async def test_a_name_is_text_on_every_page(browser: Browser) -> None:
    await browser.sign_in("somsak")
    page = (await browser.get("/signin")).text
    assert "สมศักดิ์ &lt;b&gt;" in page
    assert "<b>" not in page


async def test_the_agency_is_the_registers_and_not_a_claims(browser: Browser) -> None:
    """The provider says of each person that it is of agency 01."""
    await browser.sign_in("somsri")
    assert (await browser.viewer())["agency"] == {"code": "15"}


async def test_the_request_to_the_provider_is_bound_and_s256(browser: Browser) -> None:
    begun = await browser.hub.get("/signin", params={"agency": INTERIOR})
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{URL}/signin/back"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


async def test_an_answer_counts_once_and_at_the_browser_that_began(
    browser: Browser, home: Realm
) -> None:
    back = await browser.at_provider("somsri")
    async with Browser(home) as thief:
        stolen = await thief.hub.get(back)
        assert stolen.status_code == 400
        assert await thief.viewer() is None
        victim = await thief.at_provider("somchai")
        assert victim
        mixed = await thief.hub.get(back)  # another's code and state, at one's own attempt
        assert mixed.status_code == 400
        assert await thief.viewer() is None
    assert (await browser.hub.get(back)).status_code == 303
    assert (await browser.hub.get(back)).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: back.replace("code=", "code=x"),
        lambda back: back.partition("?")[0],
        lambda back: back.partition("?")[0] + "?error=access_denied",
        lambda back: back.replace("iss=", "iss=https%3A%2F%2Fevil.test%2F&was="),
    ],
    ids=["state", "code", "nothing", "denied", "issuer"],
)
async def test_an_answer_that_is_not_the_providers_signs_nobody_in(
    browser: Browser, home: Realm, change: Any
) -> None:
    answer = await browser.hub.get(change(await browser.at_provider("somsri")))
    assert answer.status_code == 400
    assert "ลงชื่อเข้าใช้ไม่สำเร็จ" in answer.text
    assert await browser.viewer() is None
    assert await rows(home, "person_session") == 0


async def test_an_answer_that_comes_late_signs_nobody_in(browser: Browser, home: Realm) -> None:
    back = await browser.at_provider("somsri")
    home.clock = lambda: datetime.now(UTC) + LOGIN_ATTEMPT_LIFETIME
    assert (await browser.hub.get(back)).status_code == 400


async def test_sign_in_rotates_the_cookie_and_ends_the_session_before(
    browser: Browser, home: Realm
) -> None:
    await browser.sign_in("somsri")
    first = browser.hub.cookies["__Host-hub"]
    await browser.sign_in("somchai")
    assert browser.hub.cookies["__Host-hub"] != first
    assert await rows(home, "person_session") == 1
    browser.hub.cookies.set("__Host-hub", first, domain="hub.test")
    async with Browser(home) as other:
        other.hub.cookies.set("__Host-hub", first)
        assert await other.viewer() is None


async def test_a_cookie_that_somebody_planted_is_never_signed_in(
    browser: Browser, home: Realm
) -> None:
    browser.hub.cookies.set("__Host-hub", "planted", domain="hub.test")
    await browser.sign_in("somsri")
    async with Browser(home) as attacker:
        attacker.hub.cookies.set("__Host-hub", "planted")
        assert await attacker.viewer() is None


async def test_a_secret_that_is_wrong_signs_nobody_in_and_is_not_told(
    browser: Browser, home: Realm, tmp_path: Path
) -> None:
    (tmp_path / "secrets" / "moi-sign-in").write_text("wrong-secret")
    answer = await browser.sign_in("somsri")
    assert answer.status_code == 400
    assert "wrong-secret" not in answer.text


async def test_a_provider_that_does_not_answer_is_said_so(browser: Browser, home: Realm) -> None:
    await home.database.pool.execute("update issuer set enabled = false")
    gone = "http://127.0.0.1:9"
    await home.add_issuer(gone, f"{gone}/jwks", sign_in=SIGNING)
    home.later(REMEMBERED)
    answer = await browser.hub.get("/signin", params={"agency": INTERIOR})
    assert answer.status_code == 400
    assert "could not be signed in" in answer.text


async def test_an_agency_without_a_provider_signs_nobody_in(browser: Browser) -> None:
    for agency in ("ministry:05", "ministry:99", "x' or 1=1", "\0"):
        answer = await browser.hub.get("/signin", params={"agency": agency})
        assert answer.status_code == 404, agency


async def test_a_session_ends_by_itself(browser: Browser, home: Realm) -> None:
    await browser.sign_in("somsri")
    began = datetime.now(UTC)
    for minutes in range(
        20, int(SESSION_LIFETIME.total_seconds() // 60), 20
    ):  # somebody who is not idle
        home.clock = partial(began.__add__, timedelta(minutes=minutes))
        home.later(REMEMBERED)
        assert await browser.viewer() == OFFICER, minutes
    home.clock = lambda: began + SESSION_LIFETIME
    home.later(REMEMBERED)
    assert await browser.viewer() is None


async def test_a_session_that_is_idle_ends(browser: Browser, home: Realm) -> None:
    await browser.sign_in("somsri")
    home.clock = lambda: datetime.now(UTC) + SESSION_IDLE_TIMEOUT
    home.later(REMEMBERED)
    assert await browser.viewer() is None


@pytest.mark.parametrize("what", ["agency", "issuer"])
async def test_disabling_ends_sessions_within_the_bound_on_every_node_for_good(
    browser: Browser, home: Realm, provider: Provider, tmp_path: Path, what: str
) -> None:
    await browser.sign_in("somsri")
    other = Realm(home.database, tmp_path / "other")
    async with other.http, Browser(other) as elsewhere:
        elsewhere.hub.cookies.set("__Host-hub", browser.hub.cookies["__Host-hub"])
        assert await elsewhere.viewer() == OFFICER
        if what == "agency":
            await home.register.disable_agency(INTERIOR)
        else:
            await home.register.disable_issuer(provider.url)
        for node, one in ((home, browser), (other, elsewhere)):
            node.later(REMEMBERED)
            assert await one.viewer() is None
        await home.register.register_agency(INTERIOR)
        home.later(REMEMBERED)
        assert await browser.viewer() is None
    if what == "issuer":
        assert (await browser.hub.get("/signin", params={"agency": INTERIOR})).status_code == 404
