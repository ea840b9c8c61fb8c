"""The name under which a command of the terminal is written to the audit log."""

import os
import pwd


def operator_name(by: str | None) -> str:
    """Return `NAME (USERINFO_PATTERN)`, or the account alone when no name was given."""
    return f"{by} ({account()})" if by else account()


def account() -> str:
    """Return the operating system's account of this process."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a number without a name
        return f"uid {os.geteuid()}"
