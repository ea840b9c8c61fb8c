"""Settings that decide who is trusted say what is wrong with them; secrets are read by name."""

from pathlib import Path

import pytest

from hub.errors import Invalid, SourceCredentialsRejected
from hub.settings import Settings


def told(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for setting in Settings.ALL:
        monkeypatch.delenv(setting.name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return Settings.from_environment()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://hub.example", "https://hub.example"),
        ("https://Hub.Example:8443/", "https://hub.example:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_public_url_is_an_origin(monkeypatch: pytest.MonkeyPatch, text: str, url: str) -> None:
    assert told(monkeypatch, HUB_PUBLIC_URL=text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "http://hub.example",
        "https://hub.example/path",
        "https://hub.example?a=b",
        "https://user:word@hub.example",
        "https://",
        "hub.example",
        "http://localhost.evil.example",
        "https://hub.example\nx",
    ],
)
def test_a_public_url_over_which_secrets_would_leak_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(Invalid, match="HUB_PUBLIC_URL"):
        told(monkeypatch, HUB_PUBLIC_URL=text)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),  # noqa: S104 - compared, not bound
        ("::", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("10.0.0.5", "http://10.0.0.5:8000"),
    ],
)
def test_without_one_the_hub_is_known_by_where_it_listens(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    assert told(monkeypatch, HUB_HOST=host).url == url


def test_anonymous_reading_is_allowed_or_denied_and_nothing_between(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert told(monkeypatch).anonymous
    assert not told(monkeypatch, HUB_ANONYMOUS="deny").anonymous
    with pytest.raises(Invalid, match="give allow or deny"):
        told(monkeypatch, HUB_ANONYMOUS="no")


@pytest.mark.parametrize(
    ("variables", "demo"),
    [
        ({}, True),
        ({"HUB_HOST": "::1"}, True),
        ({"HUB_PUBLIC_URL": "http://localhost:8000"}, True),
        ({"HUB_HOST": "0.0.0.0"}, False),  # noqa: S104 - compared, not bound
        ({"HUB_HOST": "10.0.0.5"}, False),
        ({"HUB_DATABASE_URL": "postgresql://db/hub"}, False),
        ({"HUB_PUBLIC_URL": "https://hub.example"}, False),
        ({"HUB_PROFILE": "production"}, False),
        ({"HUB_PROFILE": "demo", "HUB_HOST": "0.0.0.0"}, True),  # noqa: S104
        ({"HUB_PROFILE": "demo", "HUB_DATABASE_URL": "postgresql://db/hub"}, True),
        ({"HUB_DEMO_SIGN_IN": "off"}, False),
        ({"HUB_PROFILE": "demo", "HUB_DEMO_SIGN_IN": "on"}, True),
    ],
)
def test_a_hub_is_for_trying_out_where_only_this_machine_asks_or_it_says_so(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], demo: bool
) -> None:
    assert told(monkeypatch, **variables).demo is demo


@pytest.mark.parametrize(
    "variables",
    [
        {"HUB_PROFILE": "production"},
        {"HUB_HOST": "0.0.0.0"},  # noqa: S104
        {"HUB_DATABASE_URL": "postgresql://db/hub"},
        {"HUB_PUBLIC_URL": "https://hub.example"},
    ],
)
def test_production_does_not_start_with_the_demos_sign_in(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    with pytest.raises(Invalid, match="HUB_DEMO_SIGN_IN"):
        told(monkeypatch, HUB_DEMO_SIGN_IN="on", **variables)


def with_secrets(folder: Path | None) -> Settings:
    return Settings("127.0.0.1", 0, Path("unused"), False, None, 1, secrets_dir=folder)


def test_a_secret_is_read_from_its_file_before_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAY_HUB", "of the variable")
    assert with_secrets(None).read_secret("play-hub") == "of the variable"
    assert with_secrets(tmp_path).read_secret("play-hub") == "of the variable"
    (tmp_path / "play-hub").write_text("of the file\n", "utf-8")
    assert with_secrets(tmp_path).read_secret("play-hub") == "of the file"


def test_a_secret_nobody_has_set_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceCredentialsRejected, match="variable PLAY_HUB"):
        with_secrets(tmp_path).read_secret("play-hub")


@pytest.mark.parametrize("name", ["", "../etc/passwd", "a/b", "a b", "รหัส"])
def test_a_name_that_could_lead_elsewhere_is_no_secrets_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        with_secrets(tmp_path).read_secret(name)
