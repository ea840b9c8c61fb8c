"""Who may connect to the embedded server: its own account and root."""

import contextlib
import os
import pwd
from pathlib import Path
from typing import Final

from hub.store.embedded.account import Account, run_program
from hub.store.embedded.diagnosis import is_disk_full, start_failure

NOTE: Final = "# Written by the hub at each start of the server.\n"
# Run as the server's account: it owns the folder, and might place links there for root to follow.
REPLACE_FILE: Final = 'umask 077 && cat > "$0.new" && mv -f "$0.new" "$0"'


def write_authentication(home: Path, account: Account | None) -> None:
    """Let only the server's account and root connect; the kernel states which one a client is.

    An account without a name cannot be matched: then the mode of the socket's folder alone decides.
    Raises `EmbeddedError`.
    """
    uids = sorted({0, account.uid if account else os.geteuid()})
    names = []
    for uid in uids:
        with contextlib.suppress(KeyError):
            names.append(pwd.getpwuid(uid).pw_name)
    method = "peer map=hub" if len(names) == len(uids) else "trust"
    rules = f"local all hub {method}\nlocal replication hub {method}\n"
    replace_file(home, account, "pg_hba.conf", NOTE + rules)
    mapping = "".join(f"hub {quote_name(name)} hub\n" for name in names)
    replace_file(home, account, "pg_ident.conf", NOTE + mapping)


def replace_file(home: Path, account: Account | None, name: str, text: str) -> None:
    """Replace a configuration file of the cluster, unless it has this text already."""
    cluster = home / "pg"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if (cluster / name).read_text() == text:
            return
    written = run_program(account, "/bin/sh", "-c", REPLACE_FILE, name, cwd=cluster, stdin=text)
    if written.returncode:
        raise start_failure(home, written.stderr, is_full=is_disk_full(home, written.stderr))


def quote_name(name: str) -> str:
    """Return a name as PostgreSQL's configuration files quote it."""
    return '"' + name.replace('"', '""') + '"'
