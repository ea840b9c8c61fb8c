"""click's commands, options and usage errors with their texts in Thai and English."""

from typing import Any, Final

import click

HEADINGS: Final = {
    "Options": "ตัวเลือก · Options",
    "Commands": "คำสั่ง · Commands",
    "Positional arguments": "อาร์กิวเมนต์ · Arguments",
}
SHOW_HELP: Final = "แสดงวิธีใช้ · Show this help"


class Formatter(click.HelpFormatter):
    """Write the headings of a help page in both languages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, prefix or "วิธีใช้ · Usage: ")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(HEADINGS.get(heading, heading))


class BilingualContext(click.Context):
    """A context whose help is written by `Formatter`."""

    formatter_class = Formatter


class Option(click.Option):
    """An option that shows its default, and whether it is required, in both languages."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("show_default", True)
        super().__init__(*args, **attributes)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        text = record[1].replace("[default: ", "[ค่าเริ่มต้น · default: ")
        return record[0], text.replace("[required]", "[ต้องระบุ · required]")


class Command(click.Command):
    """A command whose help is in both languages."""

    context_class = BilingualContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option `--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = SHOW_HELP
        return option

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - both languages or none
        """Return the first paragraph of the help, never cut."""
        return (self.help or "").split("\n\n")[0]


class Group(Command, click.Group):
    """A command group with help in both languages; lists commands in the order they were added."""

    command_class = Command
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)


def usage_error(error: click.ClickException) -> str:
    """Return the message of a usage error, with the command whose help explains it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    message = reason(error)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message += f"\nดูวิธีใช้ · See: {error.ctx.command_path} --help"
    return message


def reason(error: click.ClickException) -> str:
    """Return what is wrong, in both languages."""
    if isinstance(error, click.MissingParameter):
        name = parameter_of(error)
        return f"ต้องระบุ {name} · {name} is required"
    if isinstance(error, click.BadParameter):
        return f"{parameter_of(error)}: ค่าใช้ไม่ได้ · invalid value: {error.message}"
    if isinstance(error, click.NoSuchOption):
        th, en, name = "ไม่มีตัวเลือก", "There is no option", error.option_name
    elif isinstance(error, click.exceptions.NoSuchCommand):
        th, en, name = "ไม่มีคำสั่ง", "There is no command", error.command_name
    else:
        return f"คำสั่งไม่ถูกต้อง · Invalid command: {error.format_message()}"
    similar = f" ({', '.join(error.possibilities)}?)" if error.possibilities else ""
    return f"{th} {name} · {en} {name}{similar}"


def parameter_of(error: click.BadParameter) -> str:
    """Return the option or argument that a usage error is about."""
    if error.param is None:
        return str(error.param_hint or "")
    if isinstance(error.param, click.Argument):
        return error.param.human_readable_name
    return max(error.param.opts, key=len)
