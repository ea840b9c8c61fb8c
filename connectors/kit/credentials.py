"""Who the hub says it is to a source: nobody, a secret in the query, a secret in a header.

A secret is named in `source.toml` and handed in by whoever reads settings; it is asked for when it
is used, so that a changed file counts at once. OAuth, which takes more than a secret, is in
`connectors.kit.oauth`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

EMPTY_MAPPING: Final[Mapping[str, str]] = MappingProxyType({})
ReadSecret = Callable[[str], str]
"""The secret of a name; raises `SourceCredentialsRejected` where nobody has set it."""


class Credentials(Protocol):
    """What is sent to a source, and only to it, to say who asks."""

    @property
    def origin(self) -> str | None:
        """The only place they may be sent to; null where there are none."""
        ...

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Headers and query parameters to send."""
        ...

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:
        """After a 401 to these headers: whether asking once more makes sense."""
        ...

    def secrets(self) -> frozenset[str]:
        """The values that must appear nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials."""

    origin: None = None

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Nothing."""
        return EMPTY_MAPPING, EMPTY_MAPPING

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - the protocol's
        """A 401 to nobody stays one."""
        return False

    def secrets(self) -> frozenset[str]:
        """None."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A fixed secret, in the query or in a header."""

    origin: str
    parameter: str
    secret_name: str
    read_secret: ReadSecret
    in_query: bool

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The secret, where the source wants it."""
        values = {self.parameter: self.read_secret(self.secret_name)}
        return (EMPTY_MAPPING, values) if self.in_query else (values, EMPTY_MAPPING)

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - the protocol's
        """A fixed secret is no better the second time."""
        return False

    def secrets(self) -> frozenset[str]:
        """The secret."""
        return frozenset({self.read_secret(self.secret_name)})
