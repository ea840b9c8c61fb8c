"""Linkages that sources declare: how they follow their records, and when people have decided.

A declared linkage is PROPOSED by the agency of the project, through its source. As long as nobody
has decided on it, it follows the record: another share, another stage, or WITHDRAWN when the record
no longer declares it. After a person has acted on it, only its declaration follows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from hub.domain.history import ActorKind, Author
from hub.domain.linkage_decisions import build_consent, propose, with_consent
from hub.domain.linkage_shares import OPEN_STATUSES, counted_share
from hub.domain.linkages import ConsentDecision, LinkageState, LinkageStatus, Side
from hub.domain.record import value

DECLARED_REASON: Final = "ระบบของหน่วยงานระบุไว้ · declared by the agency's system"
ENDED_REASON: Final = "ระบบของหน่วยงานไม่ระบุแล้ว · no longer declared by the agency's system"
SOURCE_DECISIONS: Final = frozenset({ConsentDecision.PROPOSED, ConsentDecision.WITHDRAWN})


@value
class Declaration:
    """What a record declares of a linkage; `current` false: it no longer does."""

    current: bool
    share: Decimal | None
    stage_code: str | None
    stage_id: str | None


@value
class ResolvedLinkage:
    """A linkage that a record declares, with the ids of its codes; `number` is its place there."""

    record_id: int
    number: int
    issue_id: str
    stage_id: str | None
    stage_code: str | None
    share: Decimal | None

    @property
    def declaration(self) -> Declaration:
        """Return what the record declares."""
        return Declaration(True, self.share, self.stage_code, self.stage_id)


@value
class DeclarableLinkage:
    """A linkage of a project, of any status, for what records declare of it.

    `id` and `version` are empty and 0 if it is new. `source_id` and `record_id` are those of its
    declaration; null: there is none, or its record has vanished. `has_decision`: a person has acted
    on it.
    """

    id: str
    version: int
    issue_id: str | None
    stage_id: str | None
    state: LinkageState
    source_id: str | None = None
    record_id: int | None = None
    declaration: Declaration | None = None
    has_decision: bool = False

    @property
    def follows_source(self) -> bool:
        """Return whether nobody has decided on it since its source proposed it."""
        state, consent = self.state, self.state.function
        return (
            not self.has_decision
            and consent is not None
            and consent.actor is ActorKind.SOURCE
            and consent.decision in SOURCE_DECISIONS
            and state.area is None
            and state.pending is None
        )

    @property
    def is_open(self) -> bool:
        """Return whether it counts: it is PROPOSED, AGREED or DISPUTED."""
        return self.state.status in OPEN_STATUSES

    @property
    def is_declared(self) -> bool:
        """Return whether a record declares it now."""
        return self.declaration is not None and self.declaration.current

    @property
    def can_be_declared(self) -> bool:
        """Return whether a declaration of its issue and stage is about it, and not a new proposal.

        An earlier proposal of the area that was withdrawn is not.
        """
        consent = self.state.function
        return (
            self.is_open
            or self.state.status is LinkageStatus.REJECTED
            or self.declaration is not None
            or (consent is not None and consent.decision is ConsentDecision.WITHDRAWN)
        )


@value
class FollowedProject:
    """The linkages of a project after its records were read.

    `changed` are those that differ from before, `added` are new, `repeated` were declared by
    another record already, and the shares of `exceeding` would exceed 1.
    """

    changed: tuple[DeclarableLinkage, ...]
    added: tuple[tuple[ResolvedLinkage, DeclarableLinkage], ...]
    repeated: tuple[ResolvedLinkage, ...]
    exceeding: tuple[ResolvedLinkage, ...]


def declaration_differs(
    status: LinkageStatus, share: Decimal | None, stage_id: str | None, declaration: Declaration
) -> bool:
    """Return whether a declaration differs from the linkage that people decided on.

    A share or stage that the record does not state differs from none. A declaration that ended
    differs from a linkage that people keep open; a dispute is no such decision.
    """
    if not declaration.current:
        return status in {LinkageStatus.PROPOSED, LinkageStatus.AGREED}
    return (
        status not in {LinkageStatus.PROPOSED, LinkageStatus.AGREED}
        or declaration.share not in (None, share)
        or (declaration.stage_code is not None and declaration.stage_id != stage_id)
    )


def follow_records(
    linkages: Sequence[DeclarableLinkage],
    read_records: frozenset[int],
    declared: Sequence[ResolvedLinkage],
    author: Author,
) -> FollowedProject:
    """Return what becomes of the linkages of one project when some of its records are read.

    `declared` is all that `read_records` declare. The author is the project's agency, and its
    subject the id of the source; only the decisions of sources change.
    """
    matches, repeated = match_declared(linkages, read_records, declared)
    current = {one.id: one for one in linkages}
    matched_ids = {one.id for one in matches.values()}
    for one in linkages:
        if one.is_declared and one.record_id in read_records and one.id not in matched_ids:
            current[one.id] = end_declaration(one, author)
    counted = {key: counted_share(one.state) for key, one in current.items()}
    counted |= {one.id: Decimal(0) for one in matches.values() if one.follows_source}
    added: list[tuple[ResolvedLinkage, DeclarableLinkage]] = []
    exceeding: list[ResolvedLinkage] = []
    for item in declared:
        if item in repeated:
            continue
        found = matches.get(item)
        share = item.share
        if found is None or found.follows_source:
            if share is not None and sum(counted.values()) + share > 1:
                exceeding.append(item)
                share = None
            counted[found.id if found else f"new {len(added)}"] = share or Decimal(0)
        if found is None:
            state = propose(Side.FUNCTION, author, share, DECLARED_REASON)
            new = DeclarableLinkage(
                "", 0, item.issue_id, item.stage_id, state, author.subject, item.record_id,
                item.declaration,
            )  # fmt: skip
            added.append((item, new))
        else:
            current[found.id] = follow(found, item, share, author)
    changed = tuple(one for one in linkages if current[one.id] != one)
    return FollowedProject(
        tuple(current[one.id] for one in changed), tuple(added), tuple(repeated), tuple(exceeding)
    )


def match_declared(
    linkages: Sequence[DeclarableLinkage],
    read_records: frozenset[int],
    declared: Sequence[ResolvedLinkage],
) -> tuple[dict[ResolvedLinkage, DeclarableLinkage], list[ResolvedLinkage]]:
    """Return the linkage that each declaration is about, and declarations that are repeated.

    First its own one at that issue and stage, then another one there, then its own one at that
    issue, whose stage has changed. Its own one that was withdrawn yields to another open one there,
    which people proposed meanwhile: only one may be open.
    """
    matches: dict[ResolvedLinkage, DeclarableLinkage] = {}
    matched_ids: set[str] = set()

    def _match(one: ResolvedLinkage, candidates: Iterable[DeclarableLinkage]) -> None:
        free = [found for found in candidates if found.id not in matched_ids]
        best = min(free, key=lambda found: (not found.is_open, found.id), default=None)
        if best is not None:
            matches[one] = best
            matched_ids.add(best.id)

    for one in declared:
        there = [found for found in linkages if is_at(found, one) and found.can_be_declared]
        has_open = any(found.is_open for found in there)
        own = (found for found in there if found.record_id == one.record_id)
        _match(one, (found for found in own if found.is_open or not has_open))
    repeated: list[ResolvedLinkage] = []
    targets: set[tuple[str, str | None]] = set()
    for one in declared:
        there = [found for found in linkages if is_at(found, one) and found.can_be_declared]
        if (one.issue_id, one.stage_id) in targets or (
            one not in matches
            and any(found.is_declared and found.record_id not in read_records for found in there)
        ):
            repeated.append(one)
            continue
        targets.add((one.issue_id, one.stage_id))
        if one not in matches:
            _match(one, there)
    for one in declared:
        if one not in matches and one not in repeated:
            own = (found for found in linkages if found.record_id == one.record_id)
            _match(one, (found for found in own if found.issue_id == one.issue_id))
    return {one: found for one, found in matches.items() if one not in repeated}, repeated


def is_at(linkage: DeclarableLinkage, declared: ResolvedLinkage) -> bool:
    """Return whether a linkage is at the issue and stage of a declaration."""
    return (linkage.issue_id, linkage.stage_id) == (declared.issue_id, declared.stage_id)


def follow(
    linkage: DeclarableLinkage, declared: ResolvedLinkage, share: Decimal | None, author: Author
) -> DeclarableLinkage:
    """Return a linkage after its record is read; `share` is the declared one if it fits.

    A decision of people stays: then only the declaration changes.
    """
    followed = replace(
        linkage,
        source_id=author.subject,
        record_id=declared.record_id,
        declaration=declared.declaration,
    )
    if not linkage.follows_source:
        return followed
    state, consent = linkage.state, linkage.state.function
    is_proposed = (
        state.status is LinkageStatus.PROPOSED
        and consent is not None
        and consent.agency_id == author.agency_id
    )
    next_state = (
        replace(state, share=share)
        if is_proposed
        else propose(Side.FUNCTION, author, share, DECLARED_REASON)
    )
    return replace(followed, stage_id=declared.stage_id, state=next_state)


def end_declaration(
    linkage: DeclarableLinkage, author: Author, *, record_vanished: bool = False
) -> DeclarableLinkage:
    """Return a linkage that its record no longer declares: WITHDRAWN if nobody decided on it."""
    assert linkage.declaration is not None  # noqa: S101 - for mypy
    ended = replace(linkage, declaration=replace(linkage.declaration, current=False))
    if record_vanished:
        ended = replace(ended, record_id=None)
    if not (linkage.follows_source and linkage.is_open):
        return ended
    consent = linkage.state.function
    by = replace(author, agency_id=consent.agency_id) if consent else author
    withdrawn = build_consent(Side.FUNCTION, ConsentDecision.WITHDRAWN, by, ENDED_REASON)
    return replace(ended, state=with_consent(linkage.state, withdrawn))
