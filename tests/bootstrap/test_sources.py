"""Tests which sources are available to ingest runs and to quarantine rulings."""

from pathlib import Path

from hub.bootstrap.sources import (
    create_live_client,
    list_review_connectors,
    list_scheduled_sources,
    load_configured_connectors,
)
from hub.sandbox.fill import load_sandbox_sources
from hub.settings import Settings

SETTINGS = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)


def test_sandbox_sources_are_available_only_to_quarantine_rulings() -> None:
    filled = load_sandbox_sources()
    assert filled
    assert filled.keys() <= list_review_connectors(SETTINGS, filled).keys()
    readable = {
        *load_configured_connectors(SETTINGS),
        *create_live_client(SETTINGS).sources,
        *(one.spec.id for one in list_scheduled_sources(SETTINGS)),
        *list_review_connectors(SETTINGS, {}),
    }
    assert not readable & filled.keys()


def test_sandbox_source_never_replaces_a_real_source() -> None:
    name, real = next(iter(load_configured_connectors(SETTINGS).items()))
    replacements = {name: next(iter(load_sandbox_sources().values()))}
    assert list_review_connectors(SETTINGS, replacements)[name] is real
