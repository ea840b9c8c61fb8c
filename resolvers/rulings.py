"""Resolvers of recorded rulings: lists, what they refer to, and their revocation."""

from collections.abc import Mapping, Sequence

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.paging import Connection, PageRequest
from hub.domain.provenance import Source
from hub.domain.sources.quarantine import QuarantineSettlePayload
from hub.domain.sources.records import NameKind
from hub.domain.sources.ruling_file import RulingFileImportCommand, RulingFileImportPayload
from hub.domain.sources.rulings import RecordedRuling, RulingRevokeCommand, RulingRevokePayload
from hub.domain.user_errors import to_user_error
from hub.errors import Forbidden, HubError, NotFound
from hub.services.sources.ruling_tables import render_csv
from resolvers.context import Context
from resolvers.sources import begin_command, restrict_to_operated


async def rulings(
    sources: Sequence[Source],
    context: Context,
    *,
    in_force: bool | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[RecordedRuling] | Forbidden | None]:
    """Return the rulings of each source, newest first."""
    page = PageRequest.from_arguments(first, after, (int,))
    pages: Mapping[str, Connection[RecordedRuling] | None]
    pages = await context.unit.rulings.by_source(
        [one.id for one in sources], page, in_force=in_force
    )
    return await restrict_to_operated(sources, context, pages, None)


async def targets(
    rulings: Sequence[RecordedRuling], context: Context
) -> Sequence[Area | Agency | None]:
    """Return the area or agency that each ruling says a name refers to; null if to none."""
    ids: dict[NameKind, list[str]] = {kind: [] for kind in NameKind}
    for one in rulings:
        if one.decision and one.decision.target:
            ids[one.decision.kind].append(one.decision.target)
    found: dict[tuple[NameKind, str], Area | Agency] = {}
    if area_ids := ids[NameKind.AREA]:
        areas = await context.unit.areas.by_id(area_ids)
        found |= {(NameKind.AREA, key): area for key, area in areas.items()}
    if agency_ids := ids[NameKind.AGENCY]:
        agencies = await context.unit.agencies.by_id(agency_ids, context.today)
        found |= {(NameKind.AGENCY, key): agency for key, agency in agencies.items()}
    return [
        found.get((one.decision.kind, one.decision.target))
        if one.decision and one.decision.target
        else None
        for one in rulings
    ]


async def later_rulings(
    rulings: Sequence[RecordedRuling], context: Context
) -> Sequence[RecordedRuling | None]:
    """Return the ruling that replaced each ruling; null if none did."""
    ids = [str(one.replaced_by_id) for one in rulings if one.replaced_by_id is not None]
    by_id = await context.unit.rulings.by_id(ids) if ids else {}
    return [by_id.get(str(one.replaced_by_id)) for one in rulings]


async def rulings_of_payloads(
    payloads: Sequence[QuarantineSettlePayload | RulingRevokePayload], context: Context
) -> Sequence[RecordedRuling | None]:
    """Return the ruling of each command; null when nothing was changed."""
    ids = [
        None if one.settlement is None or one.settlement.ruling_id is None
        else str(one.settlement.ruling_id)
        for one in payloads
    ]  # fmt: skip
    by_id = await context.unit.rulings.by_id([one for one in ids if one is not None])
    return [by_id.get(one or "") for one in ids]


async def ruling_files(
    sources: Sequence[Source], context: Context
) -> Sequence[str | Forbidden | None]:
    """Return the questions and rulings of each source as a CSV text."""
    operated_ids = await context.unit.sources.list_operated_ids([one.id for one in sources])
    files: dict[str, str | None] = {
        key: render_csv(await context.unit.rulings.file_rows(key)) for key in sorted(operated_ids)
    }
    return await restrict_to_operated(sources, context, files, None)


async def import_file(
    _roots: Sequence[None],
    context: Context,
    *,
    input: RulingFileImportCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[RulingFileImportPayload]:
    """Apply the decisions of a file, all or nothing."""
    try:
        await begin_command(context, input.source_id)
        result = await context.review.import_file(
            input.source_id,
            input.text,
            context.identify_viewer().subject,
            context.audit_context,
            dry=input.dry,
        )
    except HubError as error:
        return [RulingFileImportPayload(None, None, [to_user_error(error)])]
    return [RulingFileImportPayload(input.source_id, result, [])]


async def revoke(
    _roots: Sequence[None],
    context: Context,
    *,
    input: RulingRevokeCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[RulingRevokePayload]:
    """Revoke a ruling: the rows it covers are read again, or nothing is changed."""
    try:
        found = await context.unit.rulings.by_id([str(input.ruling_id)])
        if not found:
            raise NotFound(
                f"ไม่มีคำวินิจฉัย {input.ruling_id} ที่ท่านดูแล "
                f"· there is no ruling {input.ruling_id} on a source that you operate"
            )
        # The command runs in another transaction, and the payload must show its effect.
        await context.renew_snapshot()
        settlement = await context.review.revoke(
            found[str(input.ruling_id)].source_id,
            input,
            context.identify_viewer().subject,
            context.audit_context,
        )
    except HubError as error:
        return [RulingRevokePayload(None, None, [to_user_error(error)])]
    return [RulingRevokePayload(input.ruling_id, settlement, [])]
