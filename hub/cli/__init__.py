"""The command line: `hub COMMAND`, one file per group of commands.

Importing it must stay quick: a command imports the database, the schema and the web server when it
runs, not before.
"""

import signal
from collections.abc import Sequence

import click

from hub import __version__, logging
from hub.cli.agencies import agency
from hub.cli.agreements import agreement
from hub.cli.audit import audit
from hub.cli.bilingual import Group, usage_error
from hub.cli.clients import client
from hub.cli.completion import completion
from hub.cli.console import print_line
from hub.cli.database import db
from hub.cli.demo import demo
from hub.cli.evidence import evidence
from hub.cli.generate import generate
from hub.cli.issuers import issuer
from hub.cli.matrix import matrix
from hub.cli.plans import plan
from hub.cli.quarantine import review
from hub.cli.rulings import export_file, import_file, list_rulings, revoke
from hub.cli.schema import schema
from hub.cli.serve import serve
from hub.cli.settings import settings
from hub.cli.sources import ingest, source
from hub.errors import HubError, Invalid

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it (128 + SIGINT)."""


class RootGroup(Group):
    """The group of all commands; Ctrl-C ends it with a message and without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print_line("หยุดแล้ว · stopped")
            raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(
    cls=RootGroup,
    name="hub",
    help="บูรณาการ ศูนย์เชื่อมข้อมูลพื้นที่–ภารกิจ · Buranakan, the area-function integration hub",
    epilog="ดูตัวแปรที่ตั้งได้ด้วย hub settings · List the environment variables with hub settings",
    context_settings={"max_content_width": 100},
)
@click.version_option(
    __version__, prog_name="hub", message="%(prog)s %(version)s", help="แสดงรุ่น · Show the version"
)
def hub() -> None:
    """Group all commands."""


for command in (
    serve, db, ingest, source, review, plan, matrix, agency, client, issuer, agreement, audit, demo,
    generate, schema, settings, completion,
):  # fmt: skip
    hub.add_command(command)
for command in (list_rulings, revoke, export_file, import_file, evidence):
    review.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0 success, 1 the command failed, 2 invalid usage or input, 130 interrupted.
    """
    logging.configure()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # SIGTERM stops as Ctrl-C does
    try:
        code = hub.main(arguments, prog_name="hub", standalone_mode=False)
    except click.ClickException as error:
        click.echo(usage_error(error), err=True)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except HubError as error:
        click.echo(f"\n{error.message}", err=True)
        return 2 if isinstance(error, Invalid) else 1
    return int(code or 0)
