"""Tests the authorization code flow: consent, PKCE, expiry of codes and tokens, error redirects."""

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
from hub.web.auth.issuers import CACHE_SECONDS
from tests.web.auth.browser import Browser, parse_form
from tests.web.hub_instance import INTERIOR, TOURISM, HubInstance

HUB_URL = "http://127.0.0.1:8000"
PAGE_ORIGIN = "https://map.mots.test"
REDIRECT_URI = f"{PAGE_ORIGIN}/back?keep=1"
VERIFIER = "v" * 64
OFFICER = {
    "subject": "demo:ministry:15:officer",
    "agency": {"code": "15"},
    "scopes": ["source:operate"],
}


def s256_challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


AUTHORIZE_PARAMETERS = {
    "response_type": "code",
    "client_id": "map",
    "redirect_uri": REDIRECT_URI,
    "scope": "source:operate",
    "state": "s&t=1",
    "code_challenge": s256_challenge(VERIFIER),
    "code_challenge_method": "S256",
}


async def add_public_client(instance: HubInstance, client_id: str = "map", **more: Any) -> None:
    fields = {
        "kind": ClientKind.PUBLIC,
        "secrets": [],
        "origins": [PAGE_ORIGIN],
        "redirects": [REDIRECT_URI],
        "name": "แผนที่ <ท่องเที่ยว>",
        **more,
    }
    await instance.add_client(client_id, **fields)


@pytest.fixture
async def instance(registry_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    instance = HubInstance(registry_database, tmp_path, public_url=HUB_URL, demo=True)
    async with instance.http:
        await add_public_client(instance)
        yield instance


@pytest.fixture
async def browser(instance: HubInstance) -> AsyncIterator[Browser]:
    """Yield a browser that is signed in as an officer of the Ministry of Interior."""
    async with Browser(instance) as built:
        await built.demo_login(INTERIOR, Role.OFFICER)
        yield built


def authorize_url(**more: str | None) -> str:
    parameters = {
        name: value for name, value in {**AUTHORIZE_PARAMETERS, **more}.items() if value is not None
    }
    return f"/oauth/authorize?{urlencode(parameters)}"


async def submit_decision(
    browser: Browser, decision: str = "allow", **more: Any
) -> httpx2.Response:
    """Fetch the consent page and post its form with a decision."""
    page = await browser.get(authorize_url(**more))
    assert page.status_code == 200, page.text
    action, fields = parse_form(page.text)
    return await browser.post(action, {**fields, "decision": decision})


def parse_redirect(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{REDIRECT_URI}&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def obtain_code(browser: Browser, **more: Any) -> str:
    return parse_redirect(await submit_decision(browser, **more))["code"]


async def exchange_code(instance: HubInstance, code: str, **more: Any) -> httpx2.Response:
    """Exchange a code at the token endpoint, from the origin of the client."""
    fields = {
        "grant_type": "authorization_code",
        "client_id": "map",
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        "code": code,
        **more,
    }
    form = {name: value for name, value in fields.items() if value is not None}
    return await instance.http.post("/oauth/token", data=form, headers={"origin": PAGE_ORIGIN})


def assert_oauth_error(response: httpx2.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error), response.text
    assert "access_token" not in response.text


async def test_allowed_page_gets_a_token_of_the_person(
    browser: Browser, instance: HubInstance
) -> None:
    answer = parse_redirect(await submit_decision(browser))
    assert (answer["state"], answer["iss"], answer["keep"]) == ("s&t=1", HUB_URL, "1")
    response = await exchange_code(instance, answer["code"])
    assert response.status_code == 200, response.text
    assert response.headers["access-control-allow-origin"] == PAGE_ORIGIN
    token = response.json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == (
        "Bearer",
        600,
        "source:operate",
    )
    assert "refresh_token" not in token
    viewer_response = await instance.query_viewer(
        token["access_token"], headers={"origin": PAGE_ORIGIN}
    )
    assert viewer_response.json()["data"]["viewer"] == OFFICER
    assert viewer_response.headers["access-control-allow-origin"] == PAGE_ORIGIN


async def test_consent_page_names_client_scopes_and_agency_in_both_languages(
    browser: Browser,
) -> None:
    page = await browser.get(authorize_url())
    assert "แผนที่ &lt;ท่องเที่ยว&gt;" in page.text
    for expected in (
        PAGE_ORIGIN,
        "ดูแลแหล่งข้อมูลของหน่วยงานตน",
        "operate the sources",
        "กระทรวงมหาดไทย",
    ):
        assert expected in page.text
    policy = page.headers["content-security-policy"]
    assert f"form-action 'self' {PAGE_ORIGIN};" in policy
    assert page.headers["x-frame-options"] == "DENY"


async def test_person_without_session_is_redirected_to_sign_in(instance: HubInstance) -> None:
    async with Browser(instance) as browser:
        first = await browser.get(authorize_url())
        assert first.status_code == 303
        assert first.headers["location"].startswith("/signin?next=%2Foauth%2Fauthorize%3F")
        _, fields = parse_form((await browser.get(first.headers["location"])).text)
        back = await browser.post("/signin/demo", fields)
        page = await browser.get(back.headers["location"])
        assert "แผนที่" in page.text
        assert await obtain_code(browser)


async def test_denied_consent_returns_access_denied(browser: Browser) -> None:
    answer = parse_redirect(await submit_decision(browser, "deny"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "s&t=1", HUB_URL)
    assert "code" not in answer


@pytest.mark.parametrize(
    "overrides",
    [
        {"redirect_uri": f"{PAGE_ORIGIN}/"},
        {"redirect_uri": f"{REDIRECT_URI}&more=1"},
        {"redirect_uri": REDIRECT_URI.upper()},
        {"redirect_uri": "https://evil.test/back"},
        {"redirect_uri": f"{PAGE_ORIGIN}.evil.test/back?keep=1"},
        {"redirect_uri": "ที่อื่น"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": "planner"},
        {"client_id": None},
        {"response_type": '"ก"', "redirect_uri": "https://evil.test/"},
    ],
)
async def test_unregistered_redirect_uri_or_client_is_rejected_without_redirect(
    browser: Browser, instance: HubInstance, overrides: dict[str, str | None]
) -> None:
    await instance.add_client("planner", redirects=[REDIRECT_URI])
    answer = await browser.get(authorize_url(**overrides))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("overrides", "error"),
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
async def test_invalid_authorization_request_redirects_with_error(
    browser: Browser, overrides: dict[str, str | None], error: str
) -> None:
    answer = parse_redirect(await browser.get(authorize_url(**overrides)))
    assert (answer["error"], answer["state"]) == (error, "s&t=1")


async def test_repeated_parameter_is_rejected(browser: Browser) -> None:
    answer = await browser.get(f"{authorize_url()}&client_id=map")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": s256_challenge(VERIFIER)}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{PAGE_ORIGIN}/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
async def test_code_is_bound_to_client_redirect_uri_and_verifier_and_consumed(
    browser: Browser, instance: HubInstance, overrides: dict[str, Any], error: str
) -> None:
    await add_public_client(instance, "other")
    code = await obtain_code(browser)
    assert_oauth_error(await exchange_code(instance, **{"code": code, **overrides}), error)
    if "code" not in overrides:  # a failed exchange also consumes the code
        assert_oauth_error(await exchange_code(instance, code), "invalid_grant")


async def test_code_can_be_exchanged_only_once(browser: Browser, instance: HubInstance) -> None:
    code = await obtain_code(browser)
    assert (await exchange_code(instance, code)).status_code == 200
    assert_oauth_error(await exchange_code(instance, code), "invalid_grant")


async def test_token_of_a_code_that_is_presented_again_is_revoked(
    browser: Browser, instance: HubInstance
) -> None:
    codes = [await obtain_code(browser) for _ in range(2)]
    tokens = [(await exchange_code(instance, one)).json()["access_token"] for one in codes]
    assert [(await instance.query_viewer(one)).status_code for one in tokens] == [200, 200]
    assert_oauth_error(await exchange_code(instance, codes[0]), "invalid_grant")
    instance.advance(CACHE_SECONDS)
    revoked = await instance.query_viewer(tokens[0])
    assert revoked.status_code == 401
    assert "presented a second time" in revoked.headers["www-authenticate"]
    assert (await instance.query_viewer(tokens[1])).status_code == 200


async def test_code_expires_after_a_minute(browser: Browser, instance: HubInstance) -> None:
    code = await obtain_code(browser)
    instance.clock = lambda: datetime.now(UTC) + CODE_LIFETIME
    assert_oauth_error(await exchange_code(instance, code), "invalid_grant")


async def test_code_is_stored_as_a_hash(browser: Browser, instance: HubInstance) -> None:
    code = await obtain_code(browser)
    assert code not in str(await instance.database.pool.fetch("select * from authorization_code"))


async def test_token_has_no_scope_that_the_person_lacks(instance: HubInstance) -> None:
    async with Browser(instance) as reader:
        await reader.demo_login(INTERIOR, Role.VIEWER)
        page = await reader.get(authorize_url())
        assert "operate the sources" not in page.text
        token = (await exchange_code(instance, await obtain_code(reader))).json()
    viewer_response = await instance.query_viewer(token["access_token"])
    assert viewer_response.json()["data"]["viewer"]["scopes"] == []


async def test_token_has_no_scope_that_the_client_lacks(instance: HubInstance) -> None:
    await instance.database.pool.execute("update client set scopes = '{audit:read}'")
    async with Browser(instance) as steward:
        await steward.demo_login(INTERIOR, Role.STEWARD)
        token = (await exchange_code(instance, await obtain_code(steward, scope=None))).json()
    viewer_response = await instance.query_viewer(token["access_token"])
    assert viewer_response.json()["data"]["viewer"]["scopes"] == ["audit:read"]


DisableAction = Callable[[Browser, HubInstance], Awaitable[Any]]


async def sign_out(browser: Browser, _: HubInstance) -> None:
    token = (await browser.get("/session")).json()["token"]
    assert (await browser.post("/signout", {"token": token})).status_code == 303


@pytest.mark.parametrize(
    "stop",
    [
        sign_out,
        lambda _, instance: instance.registry.disable_client("map"),
        lambda _, instance: instance.registry.disable_agency(INTERIOR),
        lambda _, instance: instance.registry.disable_agency(TOURISM),
    ],
    ids=["signed out", "client", "the person's agency", "the page's agency"],
)
async def test_token_is_rejected_after_sign_out_or_disabling_client_or_agency(
    browser: Browser, instance: HubInstance, stop: DisableAction
) -> None:
    await instance.registry.register_agency(INTERIOR)
    code = await obtain_code(browser)
    token = (await exchange_code(instance, await obtain_code(browser))).json()["access_token"]
    user = await instance.bearer(token)
    assert await user.revalidate()
    await stop(browser, instance)
    instance.advance(CACHE_SECONDS)
    assert (await instance.query_viewer(token)).status_code == 401
    assert not await user.revalidate()
    assert (await exchange_code(instance, code)).status_code in {400, 401}
    await instance.registry.register_agency(INTERIOR)
    await instance.registry.register_agency(TOURISM)


async def test_token_expires_after_ten_minutes(browser: Browser, instance: HubInstance) -> None:
    token = (await exchange_code(instance, await obtain_code(browser))).json()["access_token"]
    began = datetime.now(UTC)
    for minutes, status in ((10.4, 200), (10.6, 401)):
        instance.clock = partial(began.__add__, timedelta(minutes=minutes))
        assert (await instance.query_viewer(token)).status_code == status


@pytest.mark.parametrize(
    "headers", [{"origin": PAGE_ORIGIN}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_consent_posted_from_another_origin_is_rejected_with_403(
    browser: Browser, headers: dict[str, str]
) -> None:
    action, fields = parse_form((await browser.get(authorize_url())).text)
    answer = await browser.post(action, {**fields, "decision": "allow"}, **headers)
    assert answer.status_code == 403


async def test_consent_form_of_another_session_is_rejected_with_403(browser: Browser) -> None:
    action, fields = parse_form((await browser.get(authorize_url())).text)
    await browser.demo_login(TOURISM, Role.STEWARD)
    answer = await browser.post(action, {**fields, "decision": "allow"})
    assert answer.status_code == 403
    by_address = await browser.get(authorize_url(decision="allow"))
    assert by_address.status_code == 200  # the consent page; a decision in the URL is ignored


async def test_confidential_client_gets_no_codes_and_public_client_needs_one(
    instance: HubInstance,
) -> None:
    secret = await instance.add_client()
    assert_oauth_error(await instance.get_token(client_id="map"), "invalid_client", 401)
    answer = await instance.get_token(
        ("planner", secret), grant_type="authorization_code", code="x"
    )
    assert_oauth_error(answer, "invalid_client", 401)


async def test_metadata_describes_the_authorization_code_flow(instance: HubInstance) -> None:
    metadata = (await instance.http.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["authorization_endpoint"] == f"{HUB_URL}/oauth/authorize"
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "authorization_code" in metadata["grant_types_supported"]
    assert "none" in metadata["token_endpoint_auth_methods_supported"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
