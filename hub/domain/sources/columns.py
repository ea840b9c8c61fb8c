"""The columns of a source's records, as its declaration sorts them."""

from collections.abc import Mapping

from hub.domain.record import record


@record
class Columns:
    """The columns of a record: those that must be there, those that may, those left unread.

    A column of a nested list stands under its list (`compare.bb_amount`).
    """

    required: frozenset[str]
    optional: frozenset[str]
    ignored: frozenset[str]
    known: frozenset[str]
    flat: frozenset[str]
    flat_required: frozenset[str]
    nested: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls, required: frozenset[str], optional: frozenset[str], ignored: frozenset[str]
    ) -> "Columns":
        """With what is looked at for each record worked out once."""
        known = required | optional | ignored
        nested = frozenset(name.partition(".")[0] for name in known if "." in name) & known
        return cls(
            required,
            optional,
            ignored,
            known,
            frozenset(name for name in known if name.partition(".")[0] not in nested) | nested,
            frozenset(name for name in required if name.partition(".")[0] not in nested)
            | (nested & required),
            {
                name: frozenset(
                    one.partition(".")[2] for one in known if one.startswith(f"{name}.")
                )
                for name in nested
            },
        )
