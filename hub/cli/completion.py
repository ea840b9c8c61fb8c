"""`hub completion`: print the script that lets a shell complete commands, options and sources."""

import click

from hub.cli.bilingual import Command


@click.command(
    cls=Command,
    help="พิมพ์สคริปต์เติมคำสั่งของเชลล์ · Print the completion script of a shell\n\n"
    "\b\n"
    'bash: eval "$(hub completion bash)"\n'
    'zsh:  eval "$(hub completion zsh)"\n'
    "fish: hub completion fish | source",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), help="เชลล์ · The shell")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script, which calls `hub` with the variable `_HUB_COMPLETE`."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(shell)
    click.echo(kind(ctx.find_root().command, {}, "hub", "_HUB_COMPLETE").source())
