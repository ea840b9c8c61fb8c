"""Generate tables of the docs from the code, between markers.

`python -m tests.architecture.generated_docs` writes the tables; a test fails if one is out of date.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from hub import errors
from hub.domain.identity.visibility import GROUND_DESCRIPTIONS
from hub.errors import HubError
from hub.settings import Settings
from hub.web.errors import RequestStage

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
VISIBILITY_PAGE: Final = ROOT / "docs" / "howto" / "who-sees-what.md"
ERRORS_PAGE: Final = ROOT / "docs" / "errors.md"


class Advice(NamedTuple):
    """Where an error is returned, when, and how to fix it."""

    where: str
    when: str
    fix: str


ADVICE: Final[dict[str, Advice]] = {
    "GRAPHQL_PARSE_FAILED": Advice(
        "request",
        "The document is not valid GraphQL, or has more than 5,000 tokens.",
        "`locations` is where parsing stopped; close open brackets, or request less at once.",
    ),
    "GRAPHQL_VALIDATION_FAILED": Advice(
        "request",
        "A field, argument or type is not in the schema, or is used incorrectly.",
        "Compare with `schema/schema.graphql`; the message often suggests the field.",
    ),
    "BAD_USER_INPUT": Advice(
        "request",
        "The HTTP request is not a GraphQL request (method, media type, size, JSON), "
        "a variable has the wrong type, or a `@oneOf` input does not have exactly one key.",
        "Send JSON in UTF-8 with a `query`; send one key of a `@oneOf` input; "
        "see the HTTP statuses below.",
    ),
    "INVALID": Advice(
        "a field",
        "An argument has the right type but an invalid value: a Buddhist year sent as "
        "`ce`, an unknown id in a filter, `first` over 100, a cursor of another list. "
        "On the command line: an invalid argument or setting.",
        "`field` is the argument; `th` and `en` say how to fix it.",
    ),
    "TOO_COSTLY": Advice(
        "a field",
        "The query exceeds a limit: 16 levels of fields, "
        "1,000 selections, 500 fields side by side, 5,000 pairs of one field side by side, "
        "200 aliases, 100 directives, 150 fragments, a cost of 100,000, 10 operations in one "
        "document, 50 concurrent operations on one socket, 2,000 `cells`, 50,000 cells of a "
        "`table`, a `key` of 16,000 characters, 2 s per statement of the database, or 15 s in a "
        "query that costs 500 or more, 20 requests to agencies by `freshness: LIVE`.",
        "Compare `cost` with `limit`; use `window`, `states`, `table` or a smaller `limit`.",
    ),
    "RATE_LIMITED": Advice(
        "request",
        "A client, or an address, exceeds `HUB_RATE` requests a second over time "
        "(1,000 units of cost count as one more, and so does each 4 ms of parsing an unknown "
        "document; messages and handshakes of a WebSocket count like requests), `HUB_AT_ONCE` "
        "concurrent requests, or 200 subscriptions. Each process of the hub counts separately.",
        "Wait `retryAfter` seconds (also in the `Retry-After` header, status 429) and retry.",
    ),
    "PERSISTED_QUERY_NOT_FOUND": Advice(
        "request",
        "Only the hash of a document was sent, and the document is not in the hub's cache.",
        "Send `query` and `extensions.persistedQuery.sha256Hash` together, once; clients with "
        "automatic persisted queries do this themselves.",
    ),
    "UNREADY": Advice(
        "request or a field",
        "The hub is starting, or no database connection is free for 10 s; a client may use half of "
        "`HUB_POOL_SIZE` less two, and half of that for queries that cost 500 or more.",
        "Wait `retryAfter` seconds (also in the `Retry-After` header, status 503) and retry.",
    ),
    "INTERNAL": Advice(
        "request or a field",
        "An unexpected error in the hub.",
        "Report `traceId` to the operator of the hub: the log has the details under `incident`.",
    ),
    "STORE_UNUSABLE": Advice(
        "start-up",
        "The database cannot be used: an older server, another encoding, no disk space, "
        "a folder that is not the hub's, tables of a newer hub.",
        "The hub prints what to do and ends with exit code 1; nothing was changed.",
    ),
    "SOURCE_REFUSED": Advice(
        "a run",
        "A source differs from its `source.toml`: an undeclared column, too few records, "
        "a total out of bounds, a response that contains no data.",
        "Nothing of that page was written. Check what changed at the source; then correct "
        "`source.toml` and `read.py`, or wait until the source is complete again.",
    ),
    "SOURCE_UNREACHABLE": Advice(
        "a run",
        "A source does not respond, or disconnects, after all attempts.",
        "Run `hub ingest` again later: it resumes where it stopped.",
    ),
    "SOURCE_REJECTED_US": Advice(
        "a run",
        "A source does not accept the hub's credentials.",
        "Check the secret that `source.toml` names; retrying does not help.",
    ),
    "SOURCE_ERROR": Advice(
        "a run",
        "A source could not be read for another reason.",
        "See the message; other sources and everything already stored are unchanged.",
    ),
    "NOT_FOUND": Advice(
        "`userErrors` of a mutation; command line",
        "A change names something that does not exist or is not visible. "
        "A look-up that finds nothing returns `null`. The login page of an agency without "
        "a login provider returns status 404.",
        "Look it up again; it may have been removed, or you may not see it.",
    ),
    "AMBIGUOUS": Advice(
        "a look-up",
        "A code or an id in another system is that of several things; `extensions.ids` has the "
        "global ids of all that you may see. Several reports of one activity are one thing.",
        "Send `by: {id}` with one of `extensions.ids`.",
    ),
    "FORBIDDEN": Advice(
        "request or a field",
        "The operation is not on the client's allow-list (`HUB_OPERATIONS=trusted`), or the "
        "viewer does not have the scope that a field requires.",
        "Ask the operator to add the document to `HUB_OPERATIONS_DIR`, or to grant the scope.",
    ),
    "UNAUTHENTICATED": Advice(
        "request or a field",
        "The token is invalid (expired, for another audience, of a disabled agency or client "
        "…), or there is none and one is required. Status 401 with `WWW-Authenticate` and the "
        "reason; status 400 if the token was sent in a way that is not accepted.",
        "Get a new token at `/oauth/token`; see `docs/howto/get-a-token.md`.",
    ),
    "CONFLICT": Advice(
        "command line; `userErrors` of a mutation as `BUSY`",
        "Another run of the same source is running, or an id is registered already.",
        "Wait for the other run and retry; or choose another id.",
    ),
    "RULE_VIOLATION": Advice(
        "`userErrors` of a mutation; command line",
        "A rule of the deck prevents the command: a plan to be screened has a FAIL, for example.",
        "Fix what the message names, or submit the plan as a DRAFT.",
    ),
    "STALE_VERSION": Advice(
        "`userErrors` of a mutation; command line",
        "Somebody changed it since the client has read it: a ruling on the same name, for example.",
        "Read it again; if the command still applies, send it with the id or version just read.",
    ),
    "IDEMPOTENCY_CONFLICT": Advice(
        "`userErrors` of a mutation",
        "The `idempotencyKey` was used for another command before.",
        "Create a new key for each command; send the same key only to repeat the same command.",
    ),
    "DUPLICATE": Advice(
        "`userErrors` of a mutation",
        "It exists already: an open linkage of the project to the same issue and stage.",
        "Use the thing in `current`; decide on it instead of proposing it again.",
    ),
    "WRONG_STATUS": Advice(
        "`userErrors` of a mutation",
        "The status of the thing does not allow it, or the decision of your side is not awaited.",
        "Read `status`, `awaiting` and `viewerActions`; they show what is possible now.",
    ),
    "TOO_LATE": Advice(
        "`userErrors` of `linkageUndo`",
        "The other side has acted since your side's last action.",
        "Set the share, withdraw, or settle it with the other side instead.",
    ),
    "SHARE_EXCEEDED": Advice(
        "`userErrors` of a mutation",
        "The known shares of the project's open linkages would be more than 1 together.",
        "Send a share of at most what the message says is left, or none if it is unknown.",
    ),
    "TOO_MANY": Advice(
        "`userErrors` of a mutation",
        "A batch has more than 500 items; nothing was done.",
        "Split it into batches of at most 500, each with its own `idempotencyKey`.",
    ),
    "BATCH_FAILED": Advice(
        "`userErrors` of an item",
        "The batch is `atomic` and another item was refused, so this one was not stored.",
        "Fix the refused items, and send the batch again with a new `idempotencyKey`.",
    ),
    "CURSOR_EXPIRED": Advice(
        "`errors` of `linkageChanges`, `changes` and their subscriptions",
        "Changes after the cursor are no longer stored (90 days), or the database was restored.",
        "Read the list again, then follow the changes without `after`, or with `since`.",
    ),
    "ERROR": Advice(
        "never",
        "The base class of the errors; each error that is returned has a code of its own.",
        "Report it as `INTERNAL`.",
    ),
}
"""When each code is returned and how to fix it, in the order of the page."""


def iterate_errors(root: type[HubError] = HubError) -> Iterator[type[HubError]]:
    """Yield the error classes of `hub.errors`, the base class first."""
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from iterate_errors(kind)


def list_codes() -> set[str]:
    """Return every code of `extensions.code` and of the command line."""
    return (
        {kind.code for kind in iterate_errors()}
        | {stage.value for stage in RequestStage}
        | {"INTERNAL"}
    )


def build_errors_table() -> str:
    """Return the table of error codes."""
    rows = "\n".join(
        f"| `{code}` | {advice.where} | {advice.when} | {advice.fix} |"
        for code, advice in ADVICE.items()
    )
    return f"| code | where | when | how to fix it |\n|---|---|---|---|\n{rows}"


def build_grounds_table() -> str:
    """Return the table of grounds on which a draft is visible."""
    rows = "\n".join(
        f"| `{ground.value}` | {th} | {en} |" for ground, (th, en) in GROUND_DESCRIPTIONS.items()
    )
    return f"| ground | ใคร | who |\n|---|---|---|\n{rows}"


def build_settings_table() -> str:
    """Return the table of environment variables, in the order of `Settings.ALL`."""
    rows = "\n".join(
        f"| `{s.name}` | {f'`{s.default}`' if s.default else '—'} | {s.help} |"
        for s in Settings.ALL
    )
    return f"| variable | default | description |\n|---|---|---|\n{rows}"


def table_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a table with its markers."""
    return re.compile(rf"(<!-- {name}: made by .* -->\n)(.*?)(\n<!-- /{name} -->)", re.DOTALL)


def find_table(path: Path, name: str) -> str | None:
    """Return the table between its markers in a document; null if there are none."""
    found = table_pattern(name).search(path.read_text("utf-8"))
    return found and found[2]


def write_table(path: Path, name: str, table: str) -> None:
    """Write a table between its markers."""
    text = path.read_text("utf-8")
    path.write_text(table_pattern(name).sub(lambda m: m[1] + table + m[3], text), "utf-8")


if __name__ == "__main__":
    write_table(README, "settings", build_settings_table())
    write_table(VISIBILITY_PAGE, "grounds", build_grounds_table())
    write_table(ERRORS_PAGE, "errors", build_errors_table())
