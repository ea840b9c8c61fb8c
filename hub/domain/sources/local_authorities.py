"""Local authorities declared by operators, because no public register is complete."""

from collections.abc import Iterator
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.text import LocalizedText

AUTHORITY_KEYS: Final = {"code", "name_th", "name_en", "province"}


@value
class LocalAuthority:
    """A local authority declared by an operator (อปท.).

    There is no complete public register. `code` is the source's own code; `province` is the id of
    its province.
    """

    code: str
    name: LocalizedText
    province: str

    @property
    def id(self) -> str:
        """Return the id of the authority and of its area."""
        return f"local:{self.code}"


def parse_authorities(top: DeclarationTable) -> Iterator[LocalAuthority]:
    """Yield the declared local authorities; `Invalid` when a code is declared twice."""
    seen_codes: set[str] = set()
    for table in top.subtables("authorities", AUTHORITY_KEYS):
        code = table.required_text("code")
        if code in seen_codes:
            raise table.invalid("code", f"รหัส {code} ซ้ำ", f"the code {code} is declared twice")
        seen_codes.add(code)
        name = LocalizedText(table.required_text("name_th"), table.optional_text("name_en"))
        yield LocalAuthority(code, name, table.required_text("province"))
