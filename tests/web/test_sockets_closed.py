"""`graphql-transport-ws` over real sockets: every way to be closed."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import InvalidStatus

from hub.web.listening import Listening
from hub.web.session import LONGEST_ID
from tests.web.door import SCHEMA, SOURCES, While, address, endpoint, opened, served
from tests.web.talk import INIT, Talk, talking

WORD = {"query": "{ word }"}
BROKEN = {
    "no JSON": "word",
    "an empty text": "",
    "a list": "[]",
    "null": "null",
    "a text": '"connection_init"',
    "a number": "1",
    "nesting beyond the reader": "[" * 5000,
    "bytes": b"\x00\x01",
    "bytes of JSON": b'{"type":"ping"}',
    "no type": "{}",
    "a type that is none": {"type": "start", "id": "1", "payload": WORD},
    "a type that is a list": {"type": []},
    "an object as id": {"type": "subscribe", "id": {}, "payload": WORD},
    "a number as id": {"type": "subscribe", "id": 1, "payload": WORD},
    "an empty id": {"type": "subscribe", "id": "", "payload": WORD},
    "an endless id": {"type": "subscribe", "id": "x" * (LONGEST_ID + 1), "payload": WORD},
    "no id": {"type": "subscribe", "payload": WORD},
    "no payload": {"type": "subscribe", "id": "1"},
    "a text as payload": {"type": "subscribe", "id": "1", "payload": "{ word }"},
    "a list as payload": {"type": "subscribe", "id": "1", "payload": [WORD]},
    "no query": {"type": "subscribe", "id": "1", "payload": {}},
    "an object as query": {"type": "subscribe", "id": "1", "payload": {"query": {}}},
    "variables as text": {"type": "subscribe", "id": "1", "payload": {**WORD, "variables": "{}"}},
    "complete without id": {"type": "complete"},
    "ping with a text": {"type": "ping", "payload": "now"},
    "init with a list": {"type": "connection_init", "payload": []},
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN)
async def test_a_message_that_is_none_closes_with_4400(talk: Talk, message: Any) -> None:
    if not isinstance(message, dict) or message.get("type") != "connection_init":
        await talk.introduced()
    await talk.say(message)
    code, reason = await talk.closed()
    assert code == 4400
    assert reason.startswith("ข้อความไม่ถูกต้อง · Invalid message: ")


async def test_asking_before_the_introduction_closes_with_4401(talk: Talk) -> None:
    await talk.ask("{ word }")
    assert (await talk.closed())[0] == 4401


async def test_a_second_introduction_closes_with_4429(talk: Talk) -> None:
    await (await talk.introduced()).say(INIT)
    assert (await talk.closed())[0] == 4429


async def test_a_name_in_use_closes_with_4409(talk: Talk) -> None:
    await talk.introduced()
    await talk.ask("subscription { quiet }", "ก")
    await talk.ask("{ word }", "ก")
    assert await talk.closed() == (4409, "id ซ้ำ · Subscriber for ก already exists")


async def test_nobody_introduced_in_time_closes_with_4408(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.session.INIT_WITHIN", 0.05)
    async with talking(listening) as talk:
        await talk.say({"type": "ping"})
        assert (await talk.closed())[0] == 4408


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"]])
async def test_another_protocol_closes_with_4406(
    listening: Listening, protocols: list[str] | None
) -> None:
    async with talking(listening, subprotocols=None) as talk:
        assert (await talk.closed())[0] == 4406


async def test_a_message_too_big_closes_with_1009(talk: Talk) -> None:
    await talk.introduced()
    await talk.ask("{ word } #" + "x" * 1_000_000)
    assert (await talk.closed())[0] == 1009


async def test_what_breaks_inside_closes_with_1011_and_a_number(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("hub.web.session.introduced", broken)
    async with talking(listening) as talk:
        await talk.say(INIT)
        code, reason = await talk.closed()
    assert code == 1011
    [record] = [r for r in caplog.records if hasattr(r, "incident")]
    assert reason == f"ข้อผิดพลาดภายใน · Internal error {record.__dict__['incident']}"


async def test_a_stop_closes_with_1012_and_says_why_and_lets_nobody_in() -> None:
    door = endpoint(SCHEMA, opened)
    async with served(door) as listening, talking(listening) as talk, talking(listening) as idle:
        await talk.introduced()
        await talk.ask("subscription { quiet }")
        await talk.heard()
        await door.close()
        for one in (talk, idle):
            code, reason = await one.closed()
            assert (code, reason.partition(" · ")[2]) == (
                1012,
                "The hub is stopping; come again shortly",
            )
        assert SOURCES["quiet"] == 0
        with pytest.raises(InvalidStatus) as refused:
            async with talking(listening):
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"


async def test_who_may_not_ask_is_not_let_in_and_who_may_no_longer_is_put_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.session.POLL", 0.02)
    valid = {"Bearer good"}
    seen: set[str | None] = set()

    def allowed(conn: HTTPConnection) -> bool:
        seen.add(conn.headers.get("authorization"))
        return conn.headers.get("authorization") in valid

    async with served(endpoint(SCHEMA, opened, While(allowed))) as listening:
        for token in ("Bearer bad", None):
            async with talking(listening) as talk:
                await talk.say({**INIT, "payload": {"Authorization": token}})
                assert (await talk.closed())[0] == 4403
        async with talking(listening) as talk:
            await talk.say({**INIT, "payload": {"authorization": "Bearer good"}})
            await talk.heard()
            await talk.ask("subscription { quiet }")
            await talk.heard()
            valid.clear()
            code, reason = await talk.closed()
            assert (code, SOURCES["quiet"]) == (4403, 0)
            assert reason == "สิทธิ์สิ้นสุดแล้ว · Forbidden: the token or the agency ended"
    assert seen == {"Bearer good", "Bearer bad", None}


async def test_a_page_of_somebody_else_may_not_open_a_socket(listening: Listening) -> None:
    async with talking(listening, origin=f"http://{address(listening)}") as talk:
        await talk.introduced()
    with pytest.raises(InvalidStatus) as refused:
        async with talking(listening, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
