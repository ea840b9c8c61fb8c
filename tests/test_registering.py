"""The register from a terminal: what is typed, what is printed once, what is refused and why."""

import json
import re
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from hub import registering, trusting
from hub.cli import main
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.store.clients import Registering
from hub.store.engine import opened
from tests.conftest import copied
from tests.sandbox.served import serving
from tests.web.access import ec, public, rsa
from tests.web.jwks import Jwks

URL = "https://hub.test"
SIGNING = ("https://id.test", "--jwks", "https://id.test/jwks", "--sign-in")
Type = Callable[..., Coroutine[Any, Any, str]]


@pytest.fixture(scope="module")
async def register(template: str) -> AsyncIterator[Registering]:
    async with opened(await copied(template, "registering"), pool_size=2) as database:
        yield Registering(database)


@pytest.fixture
async def typed(register: Registering, capsys: pytest.CaptureFixture[str]) -> Type:
    """`await typed("agency", "add", …)`: what was printed. The register is empty before."""
    for table in ("person_session", "client", "issuer", "registration"):
        await register._database.pool.execute(f"delete from {table}")  # noqa: S608

    async def run(command: str, *arguments: str) -> str:
        parser = ArgumentParser()
        registering.ARGUMENTS[command](parser)
        told: Namespace = parser.parse_args(arguments)
        capsys.readouterr()
        if command == "issuer":
            await trusting.issuer(told, register, print, URL)
        else:
            act = {"agency": registering.agency, "client": registering.client}[command]
            await act(told, register, print)
        return capsys.readouterr().out

    return run


def secret_in(output: str) -> str:
    found = re.search(r"^client_secret  (bhs_\S{43})$", output, re.MULTILINE)
    assert found, output
    return found[1]


async def test_an_agency_is_named_by_its_id_or_its_code(typed: Type) -> None:
    await typed("agency", "add", "ministry:05")
    await typed("agency", "add", "15")
    listed = await typed("agency", "list")
    assert "✓ ministry:05  กระทรวงการท่องเที่ยวและกีฬา" in listed
    assert "✓ ministry:15" in listed
    await typed("agency", "disable", "05")
    assert "✗ ministry:05" in await typed("agency", "list")
    await typed("agency", "enable", "05")
    assert "✓ ministry:05" in await typed("agency", "list")


async def test_an_unknown_agency_is_refused(typed: Type) -> None:
    with pytest.raises(NotFound, match="no agency ministry:99"):
        await typed("agency", "add", "ministry:99")
    with pytest.raises(NotFound, match="first, hub agency add"):
        await typed("client", "add", "ministry:05", "ระบบ")
    with pytest.raises(NotFound, match="first, hub agency add"):
        await typed("agency", "disable", "ministry:05")


async def test_a_secret_is_shown_once_and_kept_as_a_hash(
    typed: Type, register: Registering
) -> None:
    await typed("agency", "add", "ministry:05")
    secret = secret_in(await typed("client", "add", "05", "ระบบแผน", "--id", "plan"))
    listed = await typed("client", "list")
    assert "✓ plan  ministry:05  ระบบแผน  [-]  secrets 1" in listed
    kept = str(await register._database.pool.fetch("select * from client"))
    assert secret not in kept + listed
    [made] = await register.clients()
    assert made.knows(secret)
    another = secret_in(await typed("client", "rotate", "plan"))
    [made] = await register.clients()
    assert made.knows(secret)
    assert made.knows(another)
    last = secret_in(await typed("client", "rotate", "plan", "--at-once"))
    [made] = await register.clients()
    assert [made.knows(told) for told in (secret, another, last)] == [False, False, True]


async def test_a_client_with_keys_has_no_secret_and_gets_other_keys(
    typed: Type, register: Registering, tmp_path: Path
) -> None:
    await typed("agency", "add", "ministry:05")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public(ec("a"), rsa("b"))), encoding="utf-8")
    printed = await typed("client", "add", "05", "ระบบ", "--id", "plan", "--jwks", str(file))
    assert "client_secret" not in printed
    file.write_text(json.dumps(public(ec("c"))["keys"][0]), encoding="utf-8")
    await typed("client", "rotate", "plan", "--jwks", str(file))
    [made] = await register.clients()
    assert [key["kid"] for key in made.keys] == ["c"]
    with pytest.raises(NotFound, match="with a secret"):
        await typed("client", "rotate", "plan")


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": []},
        {"keys": [ec("a").as_dict(private=True)]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
        public(rsa("weak", 1024)),
        [],
        "no",
        {"keys": "no"},
    ],
    ids=["none", "private", "shared", "weak", "list", "text", "no list"],
)
async def test_keys_that_will_not_do_are_refused(typed: Type, tmp_path: Path, keys: Any) -> None:
    await typed("agency", "add", "ministry:05")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(keys), encoding="utf-8")
    with pytest.raises(Invalid, match=r"^--jwks"):
        await typed("client", "add", "05", "ระบบ", "--jwks", str(file))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--scope", "everything"], "--scope"),
        (["--origin", "http://page.test"], "--origin"),
        (["--origin", "https://page.test/path"], "--origin"),
        (["--origin", "https://page.test", "--jwks", "keys.json"], "--jwks"),
        (["--jwks", "nowhere.json"], "--jwks"),
        (["--id", ""], None),
        (["--id", "ไทย"], "--id"),
    ],
)
async def test_a_wrong_argument_is_named(
    typed: Type, arguments: list[str], field: str | None
) -> None:
    await typed("agency", "add", "ministry:05")
    if field is None:  # none given: one is made
        assert "client_id      c-" in await typed("client", "add", "05", "ระบบ", *arguments)
        return
    with pytest.raises(Invalid) as refused:
        await typed("client", "add", "05", "ระบบ", *arguments)
    assert refused.value.field == field


async def test_an_id_is_taken_once(typed: Type) -> None:
    await typed("agency", "add", "ministry:05")
    await typed("client", "add", "05", "ระบบ", "--id", "plan", "--origin", "https://page.test")
    with pytest.raises(Conflict, match="choose another id"):
        await typed("client", "add", "05", "ระบบ", "--id", "plan")
    assert "https://page.test" in await typed("client", "list")
    await typed("client", "disable", "plan")
    assert "✗ plan" in await typed("client", "list")


async def test_an_issuer_tells_where_its_keys_are(typed: Type) -> None:
    await typed("agency", "add", "ministry:15")
    served = Jwks(ec())
    with serving(served) as address:
        served.metadata = {"issuer": address, "jwks_uri": f"{address}/jwks"}
        await typed(
            "issuer", "add", "15", address, "--map", "a=audit:read", "--map", "a=hub:steward"
        )
        listed = await typed("issuer", "list")
        assert f"✓ {address}  ministry:15  {URL}  scope: a=audit:read,hub:steward" in listed
        served.metadata = {"issuer": "https://other.test", "jwks_uri": f"{address}/jwks"}
        with pytest.raises(Invalid, match="tells nothing of itself that fits"):
            await typed("issuer", "add", "15", address)
    await typed("issuer", "disable", address)
    assert f"✗ {address}" in await typed("issuer", "list")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["http://id.test", "--jwks", "https://id.test/jwks"], Invalid),
        (["https://id.test", "--jwks", "http://id.test/jwks"], Invalid),
        (["https://id.test", "--jwks", "file:///etc/passwd"], Invalid),
        ([URL, "--jwks", "https://id.test/jwks"], Invalid),
        (["https://id.test", "--jwks", "https://id.test/jwks", "--map", "audit:read"], Invalid),
        (["https://id.test", "--jwks", "https://id.test/jwks", "--map", "a=b"], Invalid),
        (["https://taken.test", "--jwks", "https://id.test/jwks"], Conflict),
        ([*SIGNING], Invalid),
        ([*SIGNING, "--client-id", "hub", "--role", "OFFICER"], Invalid),
        ([*SIGNING, "--client-id", "hub", "--role", "a=KING"], Invalid),
        ([*SIGNING, "--client-id", "hub", "--secret", "not a name"], Invalid),
    ],
)
async def test_an_issuer_that_will_not_do_is_refused(
    typed: Type, arguments: list[str], error: type[HubError]
) -> None:
    await typed("agency", "add", "ministry:05")
    await typed("agency", "add", "ministry:15")
    await typed("issuer", "add", "05", "https://taken.test", "--jwks", "https://id.test/jwks")
    with pytest.raises(error):
        await typed("issuer", "add", "15", *arguments)


async def test_an_issuer_signs_people_in_and_one_does_so_for_an_agency(
    typed: Type, register: Registering
) -> None:
    await typed("agency", "add", "ministry:15")
    roles = ("--role", "head=DELEGATE", "--role", "clerk=OFFICER")
    await typed("issuer", "add", "15", *SIGNING, "--client-id", "hub", "--secret", "moi", *roles)
    listed = await typed("issuer", "list")
    assert "signs in as  hub  roles: clerk=OFFICER head=DELEGATE" in listed
    other = ("https://other.test", "--jwks", "https://other.test/jwks", "--sign-in")
    with pytest.raises(Conflict, match=r"sign in at https://id\.test already"):
        await typed("issuer", "add", "15", *other, "--client-id", "hub")
    await typed("issuer", "add", "15", *SIGNING[:3])
    [issuer] = await register.issuers()
    assert issuer.sign_in is None


async def test_a_page_is_given_back_people_at_addresses_of_its_own(
    typed: Type, register: Registering
) -> None:
    await typed("agency", "add", "ministry:05")
    origin = ("--origin", "https://map.test")
    await typed("client", "add", "05", "ก", "--id", "a", *origin)
    await typed(
        "client", "add", "05", "ข", "--id", "b", *origin, "--redirect", "https://map.test/in?a=1"
    )
    assert [list(client.redirects) for client in await register.clients()] == [
        ["https://map.test/"],
        ["https://map.test/in?a=1"],
    ]
    for wrong in ("https://map.test.evil/", "https://map.test@evil/", "https://map.test/#a", "/a"):
        with pytest.raises(Invalid, match="--redirect"):
            await typed("client", "add", "05", "ค", *origin, "--redirect", wrong)


def test_the_commands_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    for command in registering.ARGUMENTS:
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0
        assert "disable" in capsys.readouterr().out
