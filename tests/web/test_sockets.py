"""`graphql-transport-ws` over real sockets: what is answered, and how much."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from websockets.exceptions import InvalidStatus

from hub.domain.identity.audit_log import Operation
from hub.web.listening import Listening
from hub.web.session import MOST_OPERATIONS
from tests.web.door import SCHEMA, SOURCES, endpoint, served
from tests.web.talk import Talk, talking, until

# ── what is answered ────────────────────────────────────────────────────────────────────────────


async def test_a_subscription_is_told_event_by_event_and_completed(talk: Talk) -> None:
    await talk.introduced()
    await talk.ask("subscription ($to: Int!) { count(to: $to) }", variables={"to": 2})
    heard = [await talk.heard() for _ in range(3)]
    assert [m["payload"]["data"] for m in heard[:2]] == [{"count": 0}, {"count": 1}]
    assert heard[0]["payload"]["extensions"]["cost"]["asked"] == 0
    assert heard[2] == {"id": "1", "type": "complete"}


async def test_a_query_and_a_mutation_are_answered_once(talk: Talk) -> None:
    await talk.introduced()
    for query, data in (
        ("{ word }", {"word": "ชลบุรี"}),
        ("mutation { change }", {"change": "done"}),
    ):
        await talk.ask(query)
        assert (await talk.heard())["payload"]["data"] == data
        assert await talk.heard() == {"id": "1", "type": "complete"}


async def test_a_document_that_will_not_do_is_an_error_and_the_socket_goes_on(talk: Talk) -> None:
    await talk.introduced()
    for query, code in (
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ word", "GRAPHQL_PARSE_FAILED"),
        ("subscription { count quiet }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
        ("subscription { refusing }", "INVALID"),
    ):
        await talk.ask(query)
        told = await talk.heard()
        assert (told["id"], told["type"]) == ("1", "error")
        assert told["payload"][0]["extensions"]["code"] == code
        assert len(told["payload"][0]["extensions"]["traceId"]) == 32
    await talk.ask("{ word }")
    assert (await talk.heard())["type"] == "next"


async def test_what_a_source_breaks_on_never_leaves_the_hub(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await talk.introduced()
    await talk.ask("subscription { breaking }")
    assert (await talk.heard())["payload"]["data"] == {"breaking": 0}
    told = await talk.heard()
    assert told["type"] == "error"
    assert told["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in json.dumps(told)
    assert "hunter2" in caplog.text
    assert told["payload"][0]["extensions"]["traceId"] in {
        record.__dict__.get("incident") for record in caplog.records
    }


async def test_pings_are_answered_before_and_after_the_introduction(talk: Talk) -> None:
    await talk.say({"type": "ping"}, {"type": "pong"}, {"type": "ping", "payload": {"n": 1}})
    assert await talk.heard() == {"type": "pong"}
    assert await talk.heard() == {"type": "pong", "payload": {"n": 1}}
    await (await talk.introduced()).say({"type": "ping", "payload": None})
    assert await talk.heard() == {"type": "pong"}


async def test_a_completed_subscription_ends_its_source_and_frees_its_name(talk: Talk) -> None:
    await talk.introduced()
    await talk.say({"id": "unknown", "type": "complete"})
    for _ in range(2):
        await talk.ask("subscription { quiet }")
        assert (await talk.heard())["payload"]["data"] == {"quiet": 0}
        assert SOURCES["quiet"] == 1
        await talk.say({"id": "1", "type": "complete"})
    await until(lambda: SOURCES["quiet"] == 0)


async def test_a_closed_socket_ends_its_sources(listening: Listening) -> None:
    async with talking(listening) as talk:
        await talk.introduced()
        await talk.ask("subscription { quiet }", "1")
        await talk.ask("subscription { hot }", "2")
        await until(lambda: SOURCES["quiet"] == SOURCES["hot"] == 1)
    await until(lambda: SOURCES["quiet"] == SOURCES["hot"] == 0)


async def test_a_hot_source_leaves_the_loop_to_others(listening: Listening) -> None:
    async with talking(listening) as hot, talking(listening) as calm:
        await hot.introduced()
        await hot.ask("subscription { hot }")
        await calm.introduced()
        await calm.ask("{ word }")
        assert (await calm.heard())["payload"]["data"] == {"word": "ชลบุรี"}
        assert (await hot.heard())["type"] == "next"


async def test_each_event_is_answered_from_a_context_of_its_own_and_none_is_held_between() -> None:
    open_now: list[int] = []
    ever: list[int] = []

    @asynccontextmanager
    async def counted(_: Request, __: Operation) -> AsyncIterator[int]:
        number = len(ever)
        ever.append(number)
        open_now.append(number)
        yield number
        open_now.remove(number)

    async with served(endpoint(SCHEMA, counted)) as listening, talking(listening) as talk:
        await talk.introduced()
        await talk.ask("subscription { looking }")
        heard = [(await talk.heard())["payload"]["data"]["looking"] for _ in range(3)]
        assert heard == ["0", "2", "4"]  # a look, an event, a look, an event
        assert len(ever) == 6
        await talk.ask("subscription { quiet }", "2")
        await talk.heard()
        await talk.heard()
        assert open_now == []


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_socket_carries_so_many_questions_and_refuses_the_next(talk: Talk) -> None:
    await talk.introduced()
    for n in range(MOST_OPERATIONS):
        await talk.ask("subscription { quiet }", str(n))
        await talk.heard()
    await talk.ask("{ word }", "more")
    told = await talk.heard()
    assert (told["id"], told["type"]) == ("more", "error")
    assert told["payload"][0]["extensions"]["code"] == "TOO_COSTLY"
    assert told["payload"][0]["extensions"]["limit"] == MOST_OPERATIONS
    await talk.say({"id": "0", "type": "complete"})
    await until(lambda: SOURCES["quiet"] == MOST_OPERATIONS - 1)
    await talk.ask("{ word }", "more")
    assert (await talk.heard())["type"] == "next"


async def test_so_many_sockets_are_open_and_the_next_is_told_to_come_again(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.sockets.MOST_SOCKETS", 1)
    async with talking(listening) as talk:
        await talk.introduced()
        with pytest.raises(InvalidStatus) as refused:
            async with talking(listening):
                pass
        assert refused.value.response.status_code == 503


async def test_who_never_reads_is_dropped_and_the_source_waits_for_them(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.listening.READ_WITHIN", 0.3)
    before = SOURCES["made"]
    async with talking(listening, max_queue=1) as talk:
        await talk.introduced()
        await talk.ask(
            "subscription ($t: String!) { hot(text: $t) }", variables={"t": "x" * 500_000}
        )
        await until(lambda: SOURCES["hot"] == 1)
        await until(lambda: SOURCES["hot"] == 0)
        # What the kernel and a few messages hold was made, and no more.
        assert SOURCES["made"] - before < 60
