"""`hub schema`: print the GraphQL schema."""

import click

from hub.cli.bilingual import Group


@click.group(cls=Group, help="แสดงสคีมา GraphQL · Print the GraphQL schema")
def schema() -> None:
    """Group the commands of the schema."""


@schema.command("print", help="พิมพ์สคีมา GraphQL (SDL) · Print the GraphQL schema (SDL)")
def print_schema() -> None:
    """Print the published schema."""
    from schema.contract import render_sdl

    click.echo(render_sdl(), nl=False)
