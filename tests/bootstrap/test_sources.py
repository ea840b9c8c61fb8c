"""Which sources a hub can read, and for what."""

from pathlib import Path

from hub.bootstrap.sources import connectors_of, live_agencies, review_connectors, scheduled_sources
from hub.sandbox.fill import load_sandbox_sources
from hub.settings import Settings

SETTINGS = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)


def test_made_up_sources_are_known_to_a_ruling_on_their_rows_and_to_nothing_else() -> None:
    filled = load_sandbox_sources()
    assert filled
    assert filled.keys() <= review_connectors(SETTINGS, filled).keys()
    known = {
        *connectors_of(SETTINGS),
        *live_agencies(SETTINGS).sources,
        *(one.spec.id for one in scheduled_sources(SETTINGS)),
        *review_connectors(SETTINGS, {}),
    }
    assert not known & filled.keys()


def test_a_made_up_source_never_takes_the_place_of_a_real_one() -> None:
    name, real = next(iter(connectors_of(SETTINGS).items()))
    pretended = {name: next(iter(load_sandbox_sources().values()))}
    assert review_connectors(SETTINGS, pretended)[name] is real
