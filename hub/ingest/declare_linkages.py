"""Store what the records of a batch declare as linkages, a dozen statements for all of them.

What the agency of a project declares is PROPOSED by it and follows its records; what people decided
is not changed. What cannot be stored is returned as doubts, and the project stays as it is.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.conflict_findings import DeclaredState
from hub.domain.global_id import GlobalId
from hub.domain.history import ActorKind, Author, ChangeKind
from hub.domain.linkage_declarations import (
    DECLARED_REASON,
    ENDED_REASON,
    DeclarableLinkage,
    FollowedProject,
    ResolvedLinkage,
    end_declaration,
    follow_records,
)
from hub.domain.linkage_history import describe_change, share_text
from hub.domain.linkages import Linkage, Side
from hub.domain.sources.records import Doubt
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import localized_text
from hub.ingest.linkage_doubts import build_owner_doubt, build_repeated_doubt, build_share_doubt
from hub.ingest.resolve_linkages import CodeResolver
from hub.store.conflict_findings import delete_conflict_findings, update_conflict_findings
from hub.store.database import StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.ingest import declared_linkages as store
from hub.store.ingest import records as ingest_records
from hub.store.ingest.declared_linkages import PlacedRecord
from hub.store.ingest.facts import RecordFacts
from hub.store.linkage_changes import fetch_transaction_time, lock_projects
from hub.store.linkage_rights import fetch_placed_under

Doubts = dict[int, tuple[Doubt, ...]]
"""Doubts about the linkages of records, by record id; records without one are absent."""
REASON: Final = localized_text("ระบบของหน่วยงานระบุไว้", "declared by the agency's system")


async def upsert_facts(
    connection: StoreConnection,
    spec: SourceSpec,
    facts: Sequence[RecordFacts],
    unchanged_ids: frozenset[int] = frozenset(),
    new_ids: frozenset[int] = frozenset(),
    because_of: str | None = None,
) -> Doubts:
    """Write the facts of records and what they declare; return the doubts about their linkages.

    `because_of` is the global id of the run. See `hub.store.ingest.records.upsert_facts`.
    """
    await ingest_records.upsert_facts(connection, spec, facts, unchanged_ids, new_ids)
    doubts = {one.record_id: list(one.linkage_doubts) for one in facts}
    existing_ids = [one.record_id for one in facts if one.record_id not in new_ids]
    declared_projects = (
        await store.list_declared_projects(connection, existing_ids) if existing_ids else set()
    )
    declaring = [one for one in facts if one.linkages]
    if declaring or declared_projects:
        batch = DeclaredBatch(connection, spec, because_of)
        await batch.load(facts, declaring, declared_projects)
        await batch.store(frozenset(one.record_id for one in facts))
        for record_id, doubt in batch.doubts:
            doubts[record_id].append(doubt)
    return {key: tuple(dict.fromkeys(found)) for key, found in doubts.items() if found}


async def remove_records(
    connection: StoreConnection,
    spec: SourceSpec,
    record_ids: Sequence[int],
    because_of: str | None = None,
) -> list[str]:
    """Delete records, after ending what they declare; return the projects that are kept.

    Linkages that nobody decided on are deleted with a project that is no longer reported, and
    withdrawn otherwise.
    """
    projects = await store.list_declared_projects(connection, record_ids) if record_ids else set()
    if projects:
        batch = DeclaredBatch(connection, spec, because_of)
        await batch.load_linkages(projects)
        await batch.remove(record_ids)
    return await ingest_records.remove_records(connection, record_ids)


class DeclaredBatch:
    """The declared linkages of one batch of a source's records."""

    def __init__(
        self, connection: StoreConnection, spec: SourceSpec, because_of: str | None
    ) -> None:
        self.doubts: list[tuple[int, Doubt]] = []
        self._connection = connection
        self._spec = spec
        self._because_of = because_of
        self._placed: Mapping[int, PlacedRecord] = {}
        self._declared: dict[str, list[ResolvedLinkage]] = defaultdict(list)
        self._linkages: Mapping[str, list[DeclarableLinkage]] = {}

    async def load(
        self,
        facts: Sequence[RecordFacts],
        declaring: Sequence[RecordFacts],
        declared_projects: Collection[str],
    ) -> None:
        """Resolve what records declare, and lock and load the linkages of their projects."""
        self._placed = await store.fetch_placed_records(
            self._connection, [one.record_id for one in facts if one.project]
        )
        resolver = await CodeResolver.fetch(
            self._connection, [linkage for one in declaring for linkage in one.linkages]
        )
        owners = {one.project.owner_id for one in declaring if one.project}
        own_agencies = await self._fetch_own_agencies({one for one in owners if one})
        for fact in declaring:
            placed = self._placed.get(fact.record_id)
            owner = fact.project.owner_id if fact.project else None
            if placed is None or owner not in own_agencies or placed.owner_id != owner:
                doubt = build_owner_doubt(self._spec, placed.owner_id if placed else owner)
                self.doubts.append((fact.record_id, doubt))
                continue
            resolved, doubts = resolver.resolve(fact)
            self._declared[placed.project_id] += resolved
            self.doubts += [(fact.record_id, doubt) for doubt in doubts]
        await self.load_linkages({*declared_projects, *self._declared})

    async def load_linkages(self, project_ids: Collection[str]) -> None:
        """Lock projects, then load their linkages: nobody else changes these until the commit."""
        ids = sorted(project_ids)
        if ids:
            await lock_projects(self._connection, ids)
            found = await store.list_declarable_linkages(self._connection, ids)
            self._linkages = {key: found.get(key, []) for key in ids}

    async def _fetch_own_agencies(self, owner_ids: Collection[str]) -> set[str]:
        """Return those of the owners whose system the source is: its agency, the departments of
        that ministry, and the local authorities that it declares.
        """
        own = {self._spec.agency, *(one.id for one in self._spec.authorities)}
        others = [one for one in owner_ids if one not in own]
        if others:
            own |= await fetch_placed_under(self._connection, others, self._spec.agency)
        return own

    async def store(self, read_records: frozenset[int]) -> None:
        """Follow the records that were read, and write what changes."""
        at = await fetch_transaction_time(self._connection)
        owners = {one.project_id: one for one in self._placed.values()}
        followed: dict[str, FollowedProject] = {}
        for key, linkages in self._linkages.items():
            owner = owners[key].owner_id if key in owners else None
            author = Author(ActorKind.SOURCE, owner, self._spec.id, at)
            followed[key] = follow_records(linkages, read_records, self._declared[key], author)
        written = {one.id: one for found in self._linkages.values() for one in found}
        entries: list[tuple[str, DeclarableLinkage | None, DeclarableLinkage]] = []
        added: list[tuple[PlacedRecord, DeclarableLinkage]] = []
        for key, project in followed.items():
            entries += [(key, written[one.id], one) for one in project.changed]
            for declared, linkage in project.added:
                new = replace(linkage, id=uuid.uuid4().hex, version=0)
                added.append((self._placed[declared.record_id], new))
                entries.append((key, None, new))
            for one in project.repeated:
                self.doubts.append((one.record_id, build_repeated_doubt(one)))
            for one in project.exceeding:
                self.doubts.append((one.record_id, build_share_doubt(one)))
        changed = [one for _, before, one in entries if before is not None]
        if changed:
            await store.update_declared(self._connection, changed)
        if added:
            await store.insert_declared(self._connection, REASON, added)
        if entries:
            await append_history(
                self._connection, [self._build_entry(before, one, at) for _, before, one in entries]
            )
            await update_conflict_findings(
                self._connection, [build_state(key, one) for key, _, one in entries]
            )

    async def remove(self, record_ids: Sequence[int]) -> None:
        """End the declarations of records that are about to be deleted."""
        at = await fetch_transaction_time(self._connection)
        author = Author(ActorKind.SOURCE, None, self._spec.id, at)
        removed = frozenset(record_ids)
        unreported = await store.list_unreported_projects(
            self._connection, list(self._linkages), record_ids
        )
        ended: list[tuple[str, DeclarableLinkage, DeclarableLinkage]] = []
        deleted: list[str] = []
        for key, linkages in self._linkages.items():
            for one in linkages:
                if one.record_id not in removed:
                    continue
                if one.follows_source and key in unreported:
                    deleted.append(one.id)
                else:
                    ended.append((key, one, end_declaration(one, author, record_vanished=True)))
        if ended:
            await store.update_declared(self._connection, [one for _, _, one in ended])
            await append_history(
                self._connection, [self._build_entry(before, one, at) for _, before, one in ended]
            )
            await update_conflict_findings(
                self._connection, [build_state(key, one) for key, _, one in ended]
            )
        if deleted:
            await delete_conflict_findings(self._connection, [f"declared-{one}" for one in deleted])
            await store.delete_declared(self._connection, deleted)

    def _build_entry(
        self, before: DeclarableLinkage | None, after: DeclarableLinkage, at: datetime
    ) -> NewEntry:
        """Return the history entry of a change; one of the declaration alone is of no side."""
        consent = after.state.function
        owner = consent.agency_id if consent and consent.actor is ActorKind.SOURCE else None
        entry = NewEntry(
            subject=str(GlobalId(Linkage.TYPE, after.id)),
            version=after.version + 1,
            author=Author(ActorKind.SOURCE, owner, self._spec.id, at),
            side=Side.FUNCTION,
            kind=ChangeKind.ADDED,
            field=None,
            before=None,
            after=after.state.status.value,
            reason=DECLARED_REASON,
            because_of=self._because_of,
        )
        if before is None:
            return entry
        changed = replace(
            entry,
            kind=ChangeKind.CHANGED,
            reason=DECLARED_REASON if after.is_declared else ENDED_REASON,
        )
        if before.state != after.state:
            name, earlier, later = describe_change(before.state, after.state, Side.FUNCTION)
            return replace(changed, field=name, before=earlier, after=later, earlier=before.state)
        if before.stage_id != after.stage_id:
            return replace(
                changed, side=None, field="stage", before=before.stage_id, after=after.stage_id
            )
        return replace(
            changed,
            side=None,
            field="declaration",
            before=declaration_text(before),
            after=declaration_text(after),
        )


def declaration_text(linkage: DeclarableLinkage) -> str | None:
    """Return what a source declares of a linkage as text; null if nothing."""
    declared = linkage.declaration
    if declared is None or not declared.current:
        return None
    return f"{share_text(declared.share) or '-'} {declared.stage_code or '-'}"


def build_state(project_id: str, linkage: DeclarableLinkage) -> DeclaredState:
    """Return a declared linkage as its finding compares it."""
    assert linkage.declaration is not None  # noqa: S101 - for mypy
    return DeclaredState(
        linkage.id,
        project_id,
        linkage.source_id or "",
        linkage.state.status,
        linkage.state.share,
        linkage.stage_id,
        linkage.declaration,
    )
