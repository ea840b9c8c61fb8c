"""The columns of a source's records, as its declaration groups them."""

from collections.abc import Mapping

from hub.domain.record import record


@record
class Columns:
    """The columns of a record: required, optional and ignored ones.

    A column of a nested list is named with its list (`compare.bb_amount`).
    """

    required: frozenset[str]
    optional: frozenset[str]
    ignored: frozenset[str]
    declared: frozenset[str]
    top_level: frozenset[str]
    required_top_level: frozenset[str]
    nested: Mapping[str, frozenset[str]]

    @classmethod
    def from_names(
        cls, required: frozenset[str], optional: frozenset[str], ignored: frozenset[str]
    ) -> "Columns":
        """Return the columns with the derived sets precomputed, because every record uses them."""
        declared = required | optional | ignored
        nested = frozenset(name.partition(".")[0] for name in declared if "." in name) & declared
        return cls(
            required,
            optional,
            ignored,
            declared,
            frozenset(name for name in declared if name.partition(".")[0] not in nested) | nested,
            frozenset(name for name in required if name.partition(".")[0] not in nested)
            | (nested & required),
            {
                name: frozenset(
                    column.partition(".")[2] for column in declared if column.startswith(f"{name}.")
                )
                for name in nested
            },
        )
