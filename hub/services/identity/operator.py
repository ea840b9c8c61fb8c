"""The operator's name in the audit log, for commands of the command line."""

import os
import pwd


def operator_name(by: str | None) -> str:
    """Return `NAME (ACCOUNT)`, or the account alone when no name was set."""
    return f"{by} ({account()})" if by else account()


def account() -> str:
    """Return the operating system account of this process."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a number without a name
        return f"uid {os.geteuid()}"
