"""The declaration of live requests for one record; an error in it names the key."""

from typing import Any

import pytest

from hub.domain.sources.live_spec import match_pattern
from hub.domain.sources.spec import parse_source_spec
from hub.errors import Invalid
from tests.sandbox.sandbox_source import build_declaration


def test_scope_is_matched_by_its_pattern() -> None:
    assert match_pattern("{year}/{ministry}", "2567/15000") == {"year": "2567", "ministry": "15000"}
    assert match_pattern("{year}/{ministry}", "2567") is None
    assert match_pattern("{year}.{x}", "2567a9") is None


@pytest.mark.parametrize(
    ("live", "where"),
    [
        ({"parameters": {"year": "{year}"}}, "live.parameters.year"),
        ({"path": "/{id}"}, "live.path"),
        ({"parameters": {"year": 2567}}, "live.parameters.year"),
        ({"pages": 0}, "live.pages"),
        ({"url": "https://elsewhere.example"}, "live.url"),
    ],
)
def test_invalid_live_spec_error_names_the_key(live: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid, match=where):
        parse_source_spec("made", build_declaration("budget", "http://127.0.0.1", live=live), "")
