"""Nobody learns of a draft it may not know: whatever is asked, the answer is what it would be
without the draft, letter by letter.

Drafts are planted in one database; others hold only what some may see of them. A viewer's answers
in the first must be those of the second, errors and extensions too.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from graphql import parse, validate
from hypothesis import settings

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.store.database import Database, open_database
from tests.conftest import Asking, administer, of_database
from tests.questions.probes import MARKS, QUESTIONS, arguments, contract, probes
from tests.questions.secrets import MARK, MINISTERIAL, PROVINCIAL, plant, prepare, settle

WORLDS: Final = {
    "none": (),
    "ministerial": (MINISTERIAL,),
    "provincial": (PROVINCIAL,),
    "both": (MINISTERIAL, PROVINCIAL),
}
"""What of the drafts each database holds."""


def of(agency: str | None, *permissions: Permission) -> Viewer:
    return Viewer("somebody", agency, frozenset(one.value for one in permissions))


VIEWERS: Final[Mapping[str, tuple[Viewer, str]]] = {
    "anybody": (ANONYMOUS, "none"),
    "a reader of another ministry": (of("ministry:09"), "none"),
    "another department of the ministry": (of("department:05004"), "none"),
    "a province of the same cluster": (of("province:21"), "none"),
    "a province elsewhere": (of("province:45"), "none"),
    "a local authority": (of("department:15009"), "none"),
    "the head of another cluster": (of("cluster:C2560-01"), "none"),
    "oversight": (of(None, Permission.OVERSEE), "none"),
    "the owning department": (of("department:05003"), "ministerial"),
    "its ministry": (of("ministry:05"), "ministerial"),
    "an agency it shares with": (of("ministry:11"), "ministerial"),
    "the owning province": (of("province:20"), "provincial"),
    "the head of its cluster": (of("cluster:C2560-08"), "provincial"),
    "the steward": (of(None, Permission.STEWARD), "both"),
}
"""Who asks, and which database holds just what it may see."""

INCIDENT: Final = re.compile(r'"traceId": "[^"]*"')


class Worlds:
    """The databases, and what was answered where there is nothing to hide."""

    def __init__(self, databases: Mapping[str, Database], now: datetime) -> None:
        self.databases, self.now = databases, now
        self.expected: dict[tuple[str, str], str] = {}

    async def answer(self, ask: Asking, viewer: Viewer, world: str, probe: str) -> str:
        """What a probe is answered, as text."""
        answer = await ask(probe, viewer=viewer, database=self.databases[world], now=self.now)
        return INCIDENT.sub("", json.dumps(answer, ensure_ascii=False))

    async def without_the_rest(self, ask: Asking, viewer: Viewer, world: str, probe: str) -> str:
        """What is answered where there is nothing else: the same to all who may see all of it."""
        if (world, probe) not in self.expected:
            self.expected[world, probe] = await self.answer(ask, viewer, world, probe)
        return self.expected[world, probe]


# In every run a viewer asks the real users' questions and its share of the others; in a long run
# (`make check-long`) everybody asks everything.
EVERY: Final = settings().max_examples >= 1_000
SHARE: Final = 10


def asked_by(who: str) -> list[str]:
    """What a viewer asks in this run."""
    if EVERY:
        return probes()
    at = list(VIEWERS).index(who)
    return probes()[: len(QUESTIONS)] + probes()[len(QUESTIONS) + at % SHARE :: SHARE]


@pytest.fixture(scope="module")
async def worlds(template: str) -> AsyncIterator[Worlds]:
    at = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        await administer(template, "create database seen_open template hub")
        async with (
            open_database(of_database(template, "seen_open"), pool_size=1) as base,
            base.write_transaction() as connection,
        ):
            await prepare(connection, at)
            await connection.execute(
                "insert into data_sharing (id, provider_id, consumer_id, purpose, what, until) "
                "values ('s', 'department:05003', 'ministry:11', 'p', 'ALL', $1)",
                at + timedelta(days=1),
            )
        databases = {}
        for name, bundles in WORLDS.items():
            await administer(template, f"create database seen_{name} template seen_open")
            database = await stack.enter_async_context(
                open_database(of_database(template, f"seen_{name}"), pool_size=2)
            )
            async with database.write_transaction() as connection:
                for bundle in bundles:
                    await plant(connection, bundle, at)
            async with database.write_transaction() as connection:
                await settle(connection, at)
            databases[name] = database
        yield Worlds(databases, datetime.now(UTC))
    for name in ("open", *WORLDS):
        await administer(template, f"drop database seen_{name} with (force)")


@pytest.mark.parametrize("who", VIEWERS)
async def test_an_answer_is_what_it_would_be_without_what_one_may_not_see(
    ask: Asking, worlds: Worlds, who: str
) -> None:
    viewer, world = VIEWERS[who]
    may_show = {bundle.mark for bundle in WORLDS[world]}
    words = [*(mark for mark in MARKS if mark not in may_show), *([] if may_show else [MARK])]
    different = []
    for probe in asked_by(who):
        found = await worlds.answer(ask, viewer, "both", probe)
        if found != await worlds.without_the_rest(ask, viewer, world, probe):
            different.append(probe)
        for word in words:
            assert word in probe or word not in found, probe
    assert different == []


async def test_the_probes_would_find_what_a_careless_hub_lets_through(
    ask: Asking, worlds: Worlds
) -> None:
    """Asked by one who may see it all, most of them answer otherwise than without the drafts."""
    steward = VIEWERS["the steward"][0]
    some = probes()[len(QUESTIONS) :: 6]
    telling = 0
    for probe in some:
        plain = await worlds.without_the_rest(ask, ANONYMOUS, "none", probe)
        telling += await worlds.answer(ask, steward, "both", probe) != plain
    assert telling > len(some) / 2


def test_every_root_field_of_the_contract_is_probed() -> None:
    query = contract().query_type
    assert query is not None
    assert set(query.fields) == set(arguments())


def test_the_probes_are_questions_the_contract_knows() -> None:
    schema = contract()
    assert [probe for probe in probes() if validate(schema, parse(probe))] == []
