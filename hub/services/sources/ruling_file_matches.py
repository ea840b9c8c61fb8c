"""Find the ruling in force that a row of a file of rulings is about."""

from hub.domain.record import record
from hub.domain.sources.quarantine import ReviewQuestion
from hub.domain.sources.ruling_file import ROW_VERBS, RulingFileRow
from hub.domain.sources.ruling_file_cells import parse_kind, parse_number, parse_years
from hub.domain.sources.rulings import RecordedRuling, RulingKind
from hub.ingest.name_doubts import build_written_name


@record
class FileContext:
    """What the rows of a file are compared with: questions by key, and rulings in force."""

    questions: dict[str, ReviewQuestion]
    in_force: list[RecordedRuling]


def find_in_force(
    row: RulingFileRow, context: FileContext, verb: str | None
) -> RecordedRuling | None:
    """Return the ruling in force that a row is about: on its name and scope, or on its rows."""
    if not row.get("kind"):
        number = parse_number(row, "ruling")
        if number is not None:
            return next((one for one in context.in_force if one.id == number), None)
        return next(
            (
                one
                for one in context.in_force
                if one.decision is None
                and one.question == row.get("key")
                and row.get("key") not in context.questions
                and verb in (ROW_VERBS[one.kind], "revoke")
            ),
            None,
        )
    kind, (first, last) = parse_kind(row), parse_years(row)
    name, block = build_written_name(row.get("written")), row.get("block") or None
    scope = (kind, name, block, first, last)
    for one in context.in_force:
        found = one.decision
        if found and (found.kind, found.name, found.block, found.first, found.last) == scope:
            return one
    return None


def is_same_decision(ruling: RecordedRuling, row: RulingFileRow, verb: str | None) -> bool:
    """Return whether a ruling in force says what a row says."""
    if ruling.decision is None:
        return verb == ROW_VERBS[ruling.kind]
    if verb == "new":
        return ruling.kind is RulingKind.NEW_AGENCY
    return (ruling.decision.target or "-") == row.get("decision")
