"""Local authorities an operator names: there is no public register that holds them all."""

from collections.abc import Iterator
from typing import Final

from hub.domain.record import value
from hub.domain.sources.declaration import Part
from hub.domain.text import LocalizedText

KEYS: Final = {"code", "name_th", "name_en", "province"}


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


def authorities_of(top: Part) -> Iterator[LocalAuthority]:
    """Those a declaration names; `Invalid` where one is named twice."""
    told: set[str] = set()
    for one in top.parts("authorities", KEYS):
        code = one.text("code")
        if code in told:
            raise one.wrong("code", f"รหัส {code} ซ้ำ", f"{code} is named twice")
        told.add(code)
        name = LocalizedText(one.text("name_th"), one.text_or_none("name_en"))
        yield LocalAuthority(code, name, one.text("province"))
