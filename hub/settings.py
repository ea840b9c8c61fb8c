"""Everything that differs between machines, read once from the environment.

Only `hub.bootstrap` and the commands read settings; everyone else is handed what it needs.
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
    """One setting: its variable, what it is when unset, and what it does."""

    name: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What this process was told; see `Settings.ALL` for the variables behind it."""

    ALL: ClassVar[tuple[Setting, ...]] = (
        Setting("HUB_HOST", "127.0.0.1", "address to listen on"),
        Setting("HUB_PORT", "8000", "port to listen on"),
        Setting("HUB_DATA_DIR", ".hub", "folder of the embedded database, made when missing"),
        Setting("HUB_DATABASE_URL", "", "a PostgreSQL server to use instead of the embedded one"),
        Setting("HUB_POOL_SIZE", "10", "database connections at most"),
        Setting("HUB_RATE", "50", "questions a second of one client, over time; 0: any"),
        Setting("HUB_AT_ONCE", "20", "questions of one client that are answered at once; 0: any"),
        Setting("HUB_INTROSPECTION", "on", "on or off: whether types can be asked for"),
        Setting("HUB_OPERATIONS", "open", "open, or trusted: only documents known beforehand"),
        Setting("HUB_OPERATIONS_DIR", "", "those: a folder a client, a .graphql file a document"),
        Setting("HUB_SECRETS_DIR", "", "folder of sources' secrets, one file each, by name"),
        Setting("HUB_SOURCES_DIR", "", "folder of sources of your own, a TOML file each"),
        Setting("HUB_SCHEDULER", "on", "whether sources are read by their cadence: on or off"),
        Setting(
            "HUB_PUBLIC_URL", "", "origin clients know the hub by, https; else its own address"
        ),
        Setting(
            "HUB_ANONYMOUS", "allow", "whether anybody may read what is published: allow, deny"
        ),
        Setting("HUB_PROFILE", "", "demo or production; else demo where only this machine asks"),
        Setting("HUB_DEMO_SIGN_IN", "", "whether anybody may be anybody: on, off; else as a demo"),
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
    operations_dir: Path | None = None
    public_url: str | None = None
    anonymous: bool = True
    demo: bool = False

    @property
    def url(self) -> str:
        """The origin clients know the hub by: the name it issues tokens under, and accepts."""
        if self.public_url is not None:
            return self.public_url
        everywhere = self.host in {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        host = "localhost" if everywhere else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @classmethod
    def from_environment(cls) -> "Settings":
        """From the environment; `Invalid` names the variable that is wrong."""
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
            operations_dir=parse_operations_dir(
                values["HUB_OPERATIONS"], values["HUB_OPERATIONS_DIR"]
            ),
            public_url=parse_public_origin("HUB_PUBLIC_URL", values["HUB_PUBLIC_URL"]),
            anonymous=validate_choice("HUB_ANONYMOUS", values["HUB_ANONYMOUS"], "allow", "deny")
            == "allow",
            demo=resolve_demo_mode(values),
        )

    def read_secret(self, name: str) -> str:
        """A source's secret: the file of its name in `HUB_SECRETS_DIR`, else the variable.

        `moi-client` is the file `moi-client` or the variable `MOI_CLIENT`. It is read when it is
        used and kept nowhere, so that a new secret counts without a restart.
        """
        if not SECRET_NAME_PATTERN.fullmatch(name):
            raise Invalid("secret", f"ชื่อ {name!r} ใช้ไม่ได้", f"{name!r} will not do as a name")
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
                f"The secret's file {name} cannot be read ({error_name})"
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
    """One of a few words, or `Invalid` with the variable's name."""
    if text not in choices:
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ใช้ {' หรือ '.join(choices)}",
            f"{text!r} will not do; give {' or '.join(choices)}",
        )
    return text


def parse_switch(name: str, text: str) -> bool:
    """Whether a switch is on, or `Invalid` with the variable's name."""
    return validate_choice(name, text, "on", "off") == "on"


def parse_operations_dir(operations: str, folder: str) -> Path | None:
    """The folder of documents outside of which nothing is executed; null where anything is."""
    if validate_choice("HUB_OPERATIONS", operations, "open", "trusted") == "open":
        return None
    if not folder:
        raise Invalid(
            "HUB_OPERATIONS_DIR",
            "ต้องตั้งเมื่อ HUB_OPERATIONS=trusted",
            "is needed with HUB_OPERATIONS=trusted: the folder of the documents",
        )
    return Path(folder).expanduser()


def resolve_demo_mode(values: Mapping[str, str]) -> bool:
    """Whether there is a sign-in for trying out; `Invalid` where production is told to have one.

    A hub is a demo where it says so. Where it says nothing, it is one as long as nobody but this
    machine can ask it and its database is its own.
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
            "เปิดไม่ได้ในระบบใช้งานจริง ใครก็เข้าเป็นใครก็ได้ ลบตัวแปรนี้ หรือตั้ง HUB_PROFILE=demo ถ้าเป็นระบบทดลอง",
            "cannot be on in production, where anybody could be anybody; "
            "remove it, or set HUB_PROFILE=demo if this hub is for trying out",
        )
    return enabled


def parse_integer(name: str, text: str, minimum: int, maximum: int) -> int:
    """A whole number in its bounds, or `Invalid` with the variable's name."""
    if not text.isascii() or not text.isdigit() or not minimum <= int(text) <= maximum:
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ต้องเป็นจำนวนเต็ม {minimum} ถึง {maximum}",
            f"{text!r} will not do; give a whole number from {minimum} to {maximum}",
        )
    return int(text)


def parse_public_origin(name: str, text: str) -> str | None:
    """A scheme, host and port, or null for none; `Invalid` where secrets would travel openly."""
    if not text:
        return None
    plain = text.rstrip("/").lower()
    if not ORIGIN_PATTERN.fullmatch(plain):
        raise Invalid(
            name,
            f"ค่า {text!r} ใช้ไม่ได้ ต้องเป็น https://ชื่อเครื่อง ไม่มีเส้นทางต่อท้าย (http ได้เฉพาะ localhost)",
            f"{text!r} will not do; give https://HOST without a path (http for localhost alone)",
        )
    return plain
