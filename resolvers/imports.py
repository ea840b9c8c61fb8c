"""Resolvers of uploads, import jobs and forms, and of the commands on them."""

from collections.abc import Sequence
from typing import Annotated

from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.imports import (
    ImportedThing,
    ImportIssue,
    ImportJob,
    ImportKind,
    ImportStartCommand,
    ImportStartPayload,
    ImportTemplate,
    TemplateColumn,
    Upload,
    UploadCreateCommand,
    UploadPayload,
)
from hub.domain.lookups import OpaqueId
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.services.imports.forms import list_template_columns
from resolvers.context import Context
from resolvers.linkage_commands import begin
from resolvers.nodes import fetch_nodes


async def import_job(
    _roots: Sequence[None],
    context: Context,
    *,
    id: Annotated[GlobalId, "ImportJob"],  # noqa: A002 - the GraphQL name
) -> Sequence[ImportJob | None]:
    """Return a job of the viewer; null if there is none."""
    return [(await context.unit.imports.jobs_by_id([id.key])).get(id.key)]


async def import_jobs(
    _roots: Sequence[None],
    context: Context,
    *,
    kind: tuple[ImportKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[ImportJob]]:
    """Return the jobs of the viewer, newest first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    return [await context.unit.imports.page(page, kind)]


def import_templates(
    _roots: Sequence[None], _context: Context
) -> Sequence[Sequence[ImportTemplate]]:
    """Return a form for each kind of import."""
    return [[ImportTemplate(kind) for kind in ImportKind]]


def template_urls(
    templates: Sequence[ImportTemplate], context: Context, *, of: OpaqueId | None = None
) -> Sequence[str]:
    """Return where the workbook of each form is."""
    return [context.commands.imports.urls.template(one.kind, of) for one in templates]


def schema_urls(templates: Sequence[ImportTemplate], context: Context) -> Sequence[str]:
    """Return where the JSON Schema of each form is."""
    return [context.commands.imports.urls.json_schema(one.kind) for one in templates]


def columns(
    templates: Sequence[ImportTemplate], _context: Context
) -> Sequence[Sequence[TemplateColumn]]:
    """Return the columns of each form."""
    found = list_template_columns()
    return [found for _ in templates]


def upload_urls(uploads: Sequence[Upload], context: Context) -> Sequence[str | None]:
    """Return where the content of each upload is sent; null when it was sent."""
    urls = context.commands.imports.urls
    return [urls.upload(one.id) if one.hash is None else None for one in uploads]


def annotated_urls(jobs: Sequence[ImportJob], context: Context) -> Sequence[str | None]:
    """Return where the file of each job is with its errors marked; null when it is gone."""
    urls = context.commands.imports.urls
    return [urls.annotated(one.id) if one.has_annotated_file else None for one in jobs]


async def issues(
    jobs: Sequence[ImportJob], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[ImportIssue]]:
    """Return what is wrong in the file of each job."""
    page = PageRequest.from_arguments(first, after, (int,))
    found = await context.unit.imports.issues_by_job([one.id for one in jobs], page)
    return [found[one.id] for one in jobs]


async def produced(
    jobs: Sequence[ImportJob], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[ImportedThing]]:
    """Return what each job stored: a plan version, if the viewer may see it."""
    page = PageRequest.from_arguments(first, after, (str,))
    ids = [one.version_id for one in jobs if one.version_id]
    versions = await context.unit.plans.versions_by_id(ids) if ids else {}
    found = []
    for job in jobs:
        version = versions.get(job.version_id or "")
        things = [ImportedThing(version.gid)] if version is not None else []
        rest = [one for one in things if page.after is None or one.node_gid > str(page.after[0])]
        found.append(build_connection(rest[: page.first + 1], page, node_key, len(things)))
    return found


def node_key(thing: ImportedThing) -> tuple[str]:
    """Return the sort key of a thing in lists."""
    return (thing.node_gid,)


async def nodes_of_things(
    things: Sequence[ImportedThing], context: Context
) -> Sequence[Identifiable]:
    """Return what was stored; `produced` has only what the viewer may see."""
    found = await fetch_nodes([one.node_gid for one in things], context)
    return [node for node in found if node is not None]


async def create_upload(
    _roots: Sequence[None],
    context: Context,
    *,
    input: UploadCreateCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[UploadPayload]:
    """Create a place for a file."""
    return [await context.commands.imports.create_upload(await begin(context), input)]


async def start(
    _roots: Sequence[None],
    context: Context,
    *,
    input: ImportStartCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[ImportStartPayload]:
    """Queue the import of a file."""
    return [await context.commands.imports.start(await begin(context), input)]


async def uploads_of_payloads(
    payloads: Sequence[UploadPayload], context: Context
) -> Sequence[Upload | None]:
    """Return the upload of each payload; null if it was refused."""
    ids = [one.upload_id for one in payloads if one.upload_id]
    found = await context.unit.imports.uploads_by_id(ids) if ids else {}
    return [found.get(one.upload_id or "") for one in payloads]


async def jobs_of_payloads(
    payloads: Sequence[ImportStartPayload], context: Context
) -> Sequence[ImportJob | None]:
    """Return the job of each payload; null if it was refused."""
    ids = [one.job_id for one in payloads if one.job_id]
    found = await context.unit.imports.jobs_by_id(ids) if ids else {}
    return [found.get(one.job_id or "") for one in payloads]
