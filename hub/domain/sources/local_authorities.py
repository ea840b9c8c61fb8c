"""Local authorities an operator names: there is no public register that holds them all."""

from collections.abc import Iterator
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.text import LocalizedText

AUTHORITY_KEYS: Final = {"code", "name_th", "name_en", "province"}


@value
class LocalAuthority:
    """A local authority that an operator names, as there is no public register of them all (อปท.).

    `code` is the source's own; `province` the id of the province it lies in.
    """

    code: str
    name: LocalizedText
    province: str

    @property
    def id(self) -> str:
        """The id of the authority and of its area."""
        return f"local:{self.code}"


def parse_authorities(top: DeclarationTable) -> Iterator[LocalAuthority]:
    """Those a declaration names; `Invalid` where one is named twice."""
    seen_codes: set[str] = set()
    for table in top.subtables("authorities", AUTHORITY_KEYS):
        code = table.required_text("code")
        if code in seen_codes:
            raise table.invalid("code", f"รหัส {code} ซ้ำ", f"{code} is named twice")
        seen_codes.add(code)
        name = LocalizedText(table.required_text("name_th"), table.optional_text("name_en"))
        yield LocalAuthority(code, name, table.required_text("province"))
