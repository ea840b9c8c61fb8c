"""Credentials for a source: none, a secret in the query, or a secret in a header.

`source.toml` contains the name of a secret; its value is read through a function each time it is
used, so that a changed file takes effect at once. OAuth is in `connectors.kit.oauth`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

EMPTY_MAPPING: Final[Mapping[str, str]] = MappingProxyType({})
ReadSecret = Callable[[str], str]
"""Return the secret of a name; raises `SourceCredentialsRejected` if it is not set."""


class Credentials(Protocol):
    """The credentials that are sent to one source only."""

    @property
    def origin(self) -> str | None:
        """Return the only origin they may be sent to; null if there are none."""
        ...

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return headers and query parameters to send."""
        ...

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:
        """Renew them after a 401 to these headers; return whether to send the request again."""
        ...

    def secrets(self) -> frozenset[str]:
        """Return the values to redact."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials."""

    origin: None = None

    async def authenticate(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return no headers and no parameters."""
        return EMPTY_MAPPING, EMPTY_MAPPING

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - the protocol's
        """Return false: there is nothing to renew."""
        return False

    def secrets(self) -> frozenset[str]:
        """Return no values."""
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
        """Return the secret as a header or a parameter."""
        values = {self.parameter: self.read_secret(self.secret_name)}
        return (EMPTY_MAPPING, values) if self.in_query else (values, EMPTY_MAPPING)

    async def renew(self, rejected_headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - the protocol's
        """Return false: a fixed secret cannot be renewed."""
        return False

    def secrets(self) -> frozenset[str]:
        """Return the secret."""
        return frozenset({self.read_secret(self.secret_name)})
