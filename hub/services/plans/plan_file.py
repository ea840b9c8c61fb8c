"""The file of a plan that is imported."""

from hub.domain.plans import PlanKind
from hub.domain.record import value
from hub.errors import Invalid


@value
class PlanFile:
    """The file of a plan: its name and content; `kinds` are those that it may contain, null: any.

    `key` is the idempotency key of what it stores; null: each import stores a version.
    """

    name: str
    content: bytes
    kinds: tuple[PlanKind, ...] | None = None
    key: str | None = None

    def check_kind(self, kind: PlanKind) -> None:
        """Raise `Invalid` when the file contains a plan of another kind."""
        if self.kinds is not None and kind not in self.kinds:
            names = ", ".join(one.value for one in self.kinds)
            raise Invalid(
                "kind",
                f"ไฟล์นี้เป็นแผนประเภท {kind.value} แต่นำเข้าเป็น {names} เลือก kind ของการนำเข้าใหม่",
                f"the file is a plan of the kind {kind.value}, not {names}; choose another kind "
                "of import",
            )
