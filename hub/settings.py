"""Settings from environment variables, read once at startup.

Only `hub.bootstrap` and the command line read them; other modules receive values as arguments.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

from hub.errors import Invalid, SourceCredentialsRejected

ORIGIN_PATTERN: Final = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?|https://\[[0-9a-f:]+\](:\d{1,5})?"
    r"|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"
)
LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
SECRET_NAME_PATTERN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")


class Setting(NamedTuple):
    """One setting: its variable, its default, and its help text."""

    name: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this process; `Settings.ALL` lists their environment variables."""

    ALL: ClassVar[tuple[Setting, ...]] = (
        Setting("HUB_HOST", "127.0.0.1", "address to listen on"),
        Setting("HUB_PORT", "8000", "port to listen on"),
        Setting("HUB_DATA_DIR", ".hub", "folder of the embedded database, created when missing"),
        Setting("HUB_DATABASE_URL", "", "a PostgreSQL server to use instead of the embedded one"),
        Setting(
            "HUB_DATABASE_DIRECT_URL",
            "",
            "the server itself, if HUB_DATABASE_URL is a pooler in transaction mode",
        ),
        Setting("HUB_POOL_SIZE", "10", "maximum number of database connections"),
        Setting(
            "HUB_WORKERS",
            "1",
            "processes that answer requests; each has its part of HUB_POOL_SIZE (at least 2), its "
            "own cache, and counts HUB_RATE and HUB_AT_ONCE by itself",
        ),
        Setting("HUB_RATE", "50", "requests per second of one client, on average; 0: no limit"),
        Setting("HUB_AT_ONCE", "20", "concurrent requests of one client; 0: no limit"),
        Setting("HUB_INTROSPECTION", "on", "GraphQL introspection: on or off"),
        Setting(
            "HUB_EXECUTION", "planned", "planned, or reference: every query runs in graphql-core"
        ),
        Setting("HUB_CACHE_MB", "64", "megabytes of cached answers of each process; 0: none"),
        Setting("HUB_OPERATIONS", "open", "open, or trusted: only documents in HUB_OPERATIONS_DIR"),
        Setting(
            "HUB_OPERATIONS_DIR", "", "trusted documents: one folder per client, .graphql files"
        ),
        Setting("HUB_SECRETS_DIR", "", "folder of the sources' secrets, one file per secret"),
        Setting("HUB_SOURCES_DIR", "", "folder of your own sources, one TOML file each"),
        Setting("HUB_SCHEDULER", "on", "read sources on their schedule: on or off"),
        Setting("HUB_PUBLIC_URL", "", "public origin of the hub (https); default: its own address"),
        Setting("HUB_ANONYMOUS", "allow", "anonymous reading of published data: allow or deny"),
        Setting("HUB_PROFILE", "", "demo or production; empty: demo if reachable from here only"),
        Setting("HUB_DEMO_SIGN_IN", "", "log in as anyone: on or off; empty: on in a demo"),
    )

    host: str
    port: int
    data_dir: Path
    data_dir_chosen: bool
    database_url: str | None
    pool_size: int
    secrets_dir: Path | None = None
    sources_dir: Path | None = None
    scheduler: bool = False
    rate: int = 50
    max_concurrent_requests: int = 20
    introspection: bool = True
    planned_execution: bool = True
    cache_megabytes: int = 64
    operations_dir: Path | None = None
    public_url: str | None = None
    anonymous: bool = True
    demo: bool = False
    database_direct_url: str | None = None
    workers: int = 1

    @property
    def allows_loopback_webhooks(self) -> bool:
        """Return whether webhooks may lead to this machine, by http too: in a demo that only this
        machine reaches.
        """
        return self.demo and self.host in LOOPBACK_HOSTS

    @property
    def url(self) -> str:
        """Return the hub's public origin: the issuer and audience of its tokens."""
        if self.public_url is not None:
            return self.public_url
        everywhere = self.host in {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        host = "localhost" if everywhere else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; `Invalid` names the variable that is wrong."""
        values = {s.name: os.environ.get(s.name) or s.default for s in cls.ALL}  # noqa: TID251 - here
        return cls(
            host=values["HUB_HOST"],
            port=parse_integer("HUB_PORT", values["HUB_PORT"], 0, 65535),
            data_dir=Path(values["HUB_DATA_DIR"]).expanduser().absolute(),
            data_dir_chosen=bool(os.environ.get("HUB_DATA_DIR")),  # noqa: TID251 - the one place
            database_url=values["HUB_DATABASE_URL"] or None,
            pool_size=parse_integer("HUB_POOL_SIZE", values["HUB_POOL_SIZE"], 1, 500),
            secrets_dir=Path(folder).expanduser()
            if (folder := values["HUB_SECRETS_DIR"])
            else None,
            sources_dir=Path(folder).expanduser()
            if (folder := values["HUB_SOURCES_DIR"])
            else None,
            scheduler=parse_switch("HUB_SCHEDULER", values["HUB_SCHEDULER"]),
            rate=parse_integer("HUB_RATE", values["HUB_RATE"], 0, 1_000_000),
            max_concurrent_requests=parse_integer("HUB_AT_ONCE", values["HUB_AT_ONCE"], 0, 100_000),
            introspection=parse_switch("HUB_INTROSPECTION", values["HUB_INTROSPECTION"]),
            planned_execution=validate_choice(
                "HUB_EXECUTION", values["HUB_EXECUTION"], "planned", "reference"
            )
            == "planned",
            cache_megabytes=parse_integer("HUB_CACHE_MB", values["HUB_CACHE_MB"], 0, 100_000),
            operations_dir=parse_operations_dir(
                values["HUB_OPERATIONS"], values["HUB_OPERATIONS_DIR"]
            ),
            public_url=parse_public_origin("HUB_PUBLIC_URL", values["HUB_PUBLIC_URL"]),
            anonymous=validate_choice("HUB_ANONYMOUS", values["HUB_ANONYMOUS"], "allow", "deny")
            == "allow",
            demo=resolve_demo_mode(values),
            database_direct_url=parse_direct_url(values),
            workers=parse_integer("HUB_WORKERS", values["HUB_WORKERS"], 1, 64),
        )

    def read_secret(self, name: str) -> str:
        """Return a source's secret: the file of that name in `HUB_SECRETS_DIR`, else a variable.

        `moi-client` is the file `moi-client` or the variable `MOI_CLIENT`. It is read at each use
        and not cached, so a new secret takes effect without a restart.

        `Invalid` for a name that cannot be one, `SourceCredentialsRejected` when the secret is not
        set or its file cannot be read.
        """
        if not SECRET_NAME_PATTERN.fullmatch(name):
            raise Invalid("secret", f"ชื่อ {name!r} ใช้ไม่ได้", f"{name!r} is not a valid name")
        try:
            if self.secrets_dir and (
                secret := (self.secrets_dir / name).read_text("utf-8").strip()
            ):
                return secret
        except (FileNotFoundError, NotADirectoryError):
            pass
        except (OSError, UnicodeDecodeError) as error:
            error_name = type(error).__name__
            raise SourceCredentialsRejected(
                f"อ่านไฟล์ความลับ {name} ไม่ได้ ({error_name}) · "
                f"The secret file {name} cannot be read ({error_name})"
            ) from None
        variable = name.upper().replace("-", "_")
        if secret_from_variable := os.environ.get(variable, "").strip():  # noqa: TID251 - the one place
            return secret_from_variable
        raise SourceCredentialsRejected(
            f"ยังไม่ได้ตั้งความลับ {name}: ใส่ไฟล์ชื่อนี้ใน HUB_SECRETS_DIR หรือตั้งตัวแปร {variable} · "
            f"The secret {name} is not set: put a file of that name into HUB_SECRETS_DIR, "
            f"or set the variable {variable}"
        )


def validate_choice(name: str, text: str, *choices: str) -> str:
    """Return the text if it is one of the choices; `Invalid` with the variable's name otherwise."""
    if text not in choices:
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ใช้ {' หรือ '.join(choices)}",
            f"{text!r} is invalid; use {' or '.join(choices)}",
        )
    return text


def parse_switch(name: str, text: str) -> bool:
    """Return whether a switch is on; `Invalid` with the variable's name unless on or off."""
    return validate_choice(name, text, "on", "off") == "on"


def parse_direct_url(values: Mapping[str, str]) -> str | None:
    """Return the address of the server behind a pooler, or null; `Invalid` without a pooler."""
    direct_url = values["HUB_DATABASE_DIRECT_URL"] or None
    if direct_url and not values["HUB_DATABASE_URL"]:
        raise Invalid(
            "HUB_DATABASE_DIRECT_URL",
            "ใช้คู่กับ HUB_DATABASE_URL ถ้าไม่มี pooler ให้ตั้งเพียง HUB_DATABASE_URL",
            "needs HUB_DATABASE_URL as well; without a pooler, set HUB_DATABASE_URL alone",
        )
    return direct_url


def parse_operations_dir(operations: str, folder: str) -> Path | None:
    """Return the folder of trusted documents; null when any document may be executed."""
    if validate_choice("HUB_OPERATIONS", operations, "open", "trusted") == "open":
        return None
    if not folder:
        raise Invalid(
            "HUB_OPERATIONS_DIR",
            "ต้องตั้งเมื่อ HUB_OPERATIONS=trusted",
            "is required when HUB_OPERATIONS=trusted",
        )
    return Path(folder).expanduser()


def resolve_demo_mode(values: Mapping[str, str]) -> bool:
    """Return whether the demo login is on; `Invalid` when it is requested in production.

    `HUB_PROFILE` decides. Without it, the hub is a demo if it is reachable only from this machine
    and uses the embedded database.
    """
    profile, switch = values["HUB_PROFILE"], values["HUB_DEMO_SIGN_IN"]
    if profile:
        demo = validate_choice("HUB_PROFILE", profile, "demo", "production") == "demo"
    else:
        public = urlsplit(values["HUB_PUBLIC_URL"]).hostname
        local_only = values["HUB_HOST"] in LOOPBACK_HOSTS and (
            public is None or public in LOOPBACK_HOSTS
        )
        demo = local_only and not values["HUB_DATABASE_URL"]
    if not switch:
        return demo
    enabled = parse_switch("HUB_DEMO_SIGN_IN", switch)
    if enabled and not demo:
        raise Invalid(
            "HUB_DEMO_SIGN_IN",
            "เปิดในระบบใช้งานจริงไม่ได้ เพราะทุกคนจะเข้าใช้ในชื่อใดก็ได้ "
            "ลบตัวแปรนี้ หรือตั้ง HUB_PROFILE=demo ถ้าเป็นระบบทดลอง",
            "cannot be on in production, because anyone could log in as anyone; "
            "remove it, or set HUB_PROFILE=demo if this is a demo",
        )
    return enabled


def parse_integer(name: str, text: str, minimum: int, maximum: int) -> int:
    """Return a whole number within its bounds; `Invalid` with the variable's name otherwise."""
    if not text.isascii() or not text.isdigit() or not minimum <= int(text) <= maximum:
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ต้องเป็นจำนวนเต็ม {minimum} ถึง {maximum}",
            f"{text!r} is invalid; use a whole number from {minimum} to {maximum}",
        )
    return int(text)


def parse_public_origin(name: str, text: str) -> str | None:
    """Return scheme, host and port, or null when empty; `Invalid` unless https or localhost.

    Over plain http, tokens and secrets would cross the network unencrypted.
    """
    if not text:
        return None
    plain = text.rstrip("/").lower()
    if not ORIGIN_PATTERN.fullmatch(plain):
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ต้องเป็น https://ชื่อเครื่อง ไม่มีเส้นทางต่อท้าย (http ได้เฉพาะ localhost)",
            f"{text!r} is invalid; use https://HOST without a path (http only for localhost)",
        )
    return plain
