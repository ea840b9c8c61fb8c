"""The columns of a source's records, as its declaration groups them."""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.record import record
from hub.domain.thai_text import normalize_text, to_arabic_digits

MISDECODED_MARKS: Final = ("ï»¿", "๏ปฟ")
"""The byte order mark of UTF-8, decoded as cp1252 and as cp874."""


def normalize_column_name(name: str) -> str:
    """Return a column's name for comparison: single blanks, Arabic digits, no byte order mark."""
    plain = to_arabic_digits(normalize_text(name))
    for mark in MISDECODED_MARKS:
        plain = plain.removeprefix(mark)
    return plain


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

    def rename(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a record with its columns named as declared, if only the notation differs.

        Catalogues keep the byte order mark of an uploaded file in the name of its first column. A
        name is replaced if exactly one column of the record is the declared one.
        """
        unknown = payload.keys() - self.top_level
        if not unknown:
            return payload
        by_clean_name: dict[str, list[str]] = {}
        for name in payload:
            by_clean_name.setdefault(normalize_column_name(name), []).append(name)
        renamed = {
            names[0]: declared
            for declared in self.top_level - payload.keys()
            if len(names := by_clean_name.get(normalize_column_name(declared), [])) == 1
        }
        return {renamed.get(name, name): value for name, value in payload.items()}
