"""Security settings are validated with a specific error; secrets are read by name."""

from pathlib import Path

import pytest

from hub.errors import Invalid, SourceCredentialsRejected
from hub.settings import Settings


def load_settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
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
def test_public_url_is_normalized_to_an_origin(
    monkeypatch: pytest.MonkeyPatch, text: str, url: str
) -> None:
    assert load_settings(monkeypatch, HUB_PUBLIC_URL=text).url == url


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
def test_insecure_or_malformed_public_url_is_rejected(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(Invalid, match="HUB_PUBLIC_URL"):
        load_settings(monkeypatch, HUB_PUBLIC_URL=text)


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
def test_url_defaults_to_the_listening_address(
    monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    assert load_settings(monkeypatch, HUB_HOST=host).url == url


def test_anonymous_setting_accepts_only_allow_and_deny(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load_settings(monkeypatch).anonymous
    assert not load_settings(monkeypatch, HUB_ANONYMOUS="deny").anonymous
    with pytest.raises(Invalid, match="use allow or deny"):
        load_settings(monkeypatch, HUB_ANONYMOUS="no")


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
def test_demo_is_on_for_local_hubs_or_by_setting(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], demo: bool
) -> None:
    assert load_settings(monkeypatch, **variables).demo is demo


@pytest.mark.parametrize(
    "variables",
    [
        {"HUB_PROFILE": "production"},
        {"HUB_HOST": "0.0.0.0"},  # noqa: S104
        {"HUB_DATABASE_URL": "postgresql://db/hub"},
        {"HUB_PUBLIC_URL": "https://hub.example"},
    ],
)
def test_production_with_demo_sign_in_is_rejected(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    with pytest.raises(Invalid, match="HUB_DEMO_SIGN_IN"):
        load_settings(monkeypatch, HUB_DEMO_SIGN_IN="on", **variables)


def test_direct_database_url_without_a_database_url_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Invalid, match="HUB_DATABASE_DIRECT_URL: "):
        load_settings(monkeypatch, HUB_DATABASE_DIRECT_URL="postgresql://db/hub")


def build_settings(secrets_folder: Path | None) -> Settings:
    return Settings("127.0.0.1", 0, Path("unused"), False, None, 1, secrets_dir=secrets_folder)


def test_secret_file_takes_precedence_over_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAY_HUB", "of the variable")
    assert build_settings(None).read_secret("play-hub") == "of the variable"
    assert build_settings(tmp_path).read_secret("play-hub") == "of the variable"
    (tmp_path / "play-hub").write_text("of the file\n", "utf-8")
    assert build_settings(tmp_path).read_secret("play-hub") == "of the file"


def test_missing_secret_error_names_its_variable(tmp_path: Path) -> None:
    with pytest.raises(SourceCredentialsRejected, match="variable PLAY_HUB"):
        build_settings(tmp_path).read_secret("play-hub")


@pytest.mark.parametrize("name", ["", "../etc/passwd", "a/b", "a b", "รหัส"])
def test_secret_name_that_is_not_a_plain_file_name_is_rejected(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        build_settings(tmp_path).read_secret(name)
