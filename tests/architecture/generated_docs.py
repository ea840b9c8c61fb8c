"""The tables in the papers that are made from the code, between markers.

`python -m tests.architecture.generated_docs` writes them anew; a test says when that is needed.
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
    """When an error comes, where it shows, and what to do about it."""

    where: str
    when: str
    fix: str


ADVICE: Final[dict[str, Advice]] = {
    "GRAPHQL_PARSE_FAILED": Advice(
        "request",
        "The text is not GraphQL, or holds more than 5,000 tokens.",
        "`locations` says where reading stopped; close what is open, or ask less at once.",
    ),
    "GRAPHQL_VALIDATION_FAILED": Advice(
        "request",
        "A field, argument or type is not in the contract, or does not fit.",
        "Compare with `schema/schema.graphql`; the message often names the likely field.",
    ),
    "BAD_USER_INPUT": Advice(
        "request",
        "The HTTP request is no GraphQL request (method, media type, size, JSON), "
        "a variable has the wrong type, or a `@oneOf` input does not name exactly one way.",
        "Send JSON in UTF-8 with a `query`; give one key of a `@oneOf` input; "
        "see the statuses below.",
    ),
    "INVALID": Advice(
        "a field",
        "An argument has the right type but a value that cannot be meant: a Buddhist year sent as "
        "`ce`, an unknown id in a filter, `first` over 100, a cursor of another list. "
        "On the command line: a setting that will not do.",
        "`field` names the argument, `th` and `en` say how to mend it.",
    ),
    "TOO_COSTLY": Advice(
        "a field",
        "The question is larger than is answered at once: more than 16 levels of fields, "
        "1,000 selections, 500 fields side by side, 5,000 pairs of one field side by side, "
        "200 aliases, 100 directives, 150 fragments, a cost of 100,000, 50 questions at once over "
        "one socket, 2,000 `cells`, 50,000 cells of a `table`, a `key` over 16,000 characters, "
        "a statement over 60 s, 20 questions to agencies by `freshness: LIVE`.",
        "`cost` and `limit` say by how much; use `window`, `states`, `table` or a smaller `limit`.",
    ),
    "RATE_LIMITED": Advice(
        "request",
        "One client, or one address, asks faster than `HUB_RATE` questions a second over time "
        "(1,000 units of cost count as one more), has `HUB_AT_ONCE` under way, or 200 "
        "subscriptions. Each process of the hub counts for itself.",
        "Wait `retryAfter` seconds (also in the `Retry-After` header, status 429) and ask again.",
    ),
    "PERSISTED_QUERY_NOT_FOUND": Advice(
        "request",
        "Only the hash of a document was sent, and the hub does not know that document (any more).",
        "Send `query` and `extensions.persistedQuery.sha256Hash` together, once; clients with "
        "automatic persisted queries do so by themselves.",
    ),
    "UNREADY": Advice(
        "request or a field",
        "The hub is starting, or all its database connections are taken.",
        "Wait `retryAfter` seconds (also in the `Retry-After` header, status 503) and ask again.",
    ),
    "INTERNAL": Advice(
        "request or a field",
        "Something nobody foresaw; that is our fault, not yours.",
        "Give `traceId` to whoever runs the hub: the log holds the whole story under `incident`.",
    ),
    "STORE_UNUSABLE": Advice(
        "start-up",
        "The database cannot be used as it is: an older server, another encoding, no room, "
        "a folder that is not the hub's, tables of a newer hub.",
        "The hub prints what to do and ends with exit code 1; nothing was changed.",
    ),
    "SOURCE_REFUSED": Advice(
        "a run",
        "A source is not as its `source.toml` declares it: a column nobody reads, too few records, "
        "a total out of bounds, an answer that is no data.",
        "Nothing of that page was written. Look at what changed at the source; then correct "
        "`source.toml` and `read.py`, or wait until the source is whole again.",
    ),
    "SOURCE_UNREACHABLE": Advice(
        "a run",
        "A source does not answer, or breaks off, after all tries.",
        "Run `hub ingest` again later: it goes on where it was broken off.",
    ),
    "SOURCE_REJECTED_US": Advice(
        "a run",
        "A source does not accept the hub's credentials.",
        "A person must look after the secret named in `source.toml`; trying again does not help.",
    ),
    "SOURCE_ERROR": Advice(
        "a run",
        "A source could not be read for a reason of its own.",
        "The message says which; other sources and everything already stored are untouched.",
    ),
    "NOT_FOUND": Advice(
        "not raised yet",
        "A change names something that is not here. A look-up that finds nothing answers `null`.",
        "Look it up again; it may have been removed, or you may not see it.",
    ),
    "FORBIDDEN": Advice(
        "request or a field",
        "The operation is not on the client's list, in a hub with `HUB_OPERATIONS=trusted`; or the "
        "signed-in party was not granted the scope that a field needs.",
        "Ask the operator to add its document to `HUB_OPERATIONS_DIR`, or for the scope.",
    ),
    "UNAUTHENTICATED": Advice(
        "request or a field",
        "The token will not do (expired, for another audience, of an agency or client that is "
        "disabled …), or there is none and this needs one. Status 401, and `WWW-Authenticate` "
        "says why; 400 where the token was sent in a way that is not accepted.",
        "Get a new token at `/oauth/token`; see `docs/howto/get-a-token.md`.",
    ),
    "CONFLICT": Advice(
        "command line",
        "Another run of the same source is under way. Of changes: somebody changed it after you "
        "read it.",
        "Wait for the other run; read it again, compare, and send the new `version`.",
    ),
    "IDEMPOTENCY_CONFLICT": Advice(
        "`userErrors` of a mutation",
        "The `idempotencyKey` was used for another command before.",
        "Make a new key for each command; send the same key only to repeat the same one.",
    ),
    "ERROR": Advice(
        "never by itself",
        "The root of the tree; every error that leaves the hub has a code of its own.",
        "Report it as `INTERNAL`.",
    ),
}
"""What a person needs to know of each code, in the order of the page."""


def iterate_errors(root: type[HubError] = HubError) -> Iterator[type[HubError]]:
    """The expected errors of `hub.errors`, the root first."""
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from iterate_errors(kind)


def list_codes() -> set[str]:
    """Every code that can stand in `extensions.code`, or be met at start-up."""
    return (
        {kind.code for kind in iterate_errors()}
        | {stage.value for stage in RequestStage}
        | {"INTERNAL"}
    )


def build_errors_table() -> str:
    """The codes, when they come and how to mend them."""
    rows = "\n".join(
        f"| `{code}` | {advice.where} | {advice.when} | {advice.fix} |"
        for code, advice in ADVICE.items()
    )
    return f"| code | where | when | how to mend it |\n|---|---|---|---|\n{rows}"


def build_grounds_table() -> str:
    """Who sees a draft, and on which ground."""
    rows = "\n".join(
        f"| `{ground.value}` | {th} | {en} |" for ground, (th, en) in GROUND_DESCRIPTIONS.items()
    )
    return f"| ground | ใคร | who |\n|---|---|---|\n{rows}"


def build_settings_table() -> str:
    """The variables the hub reads, in the order of `Settings.ALL`."""
    rows = "\n".join(
        f"| `{s.name}` | {f'`{s.default}`' if s.default else '—'} | {s.help} |"
        for s in Settings.ALL
    )
    return f"| variable | when unset | what it is |\n|---|---|---|\n{rows}"


def table_pattern(name: str) -> re.Pattern[str]:
    """A table with the markers around it."""
    return re.compile(rf"(<!-- {name}: made by .* -->\n)(.*?)(\n<!-- /{name} -->)", re.DOTALL)


def find_table(path: Path, name: str) -> str | None:
    """The table that stands in a paper; null where there are no markers."""
    found = table_pattern(name).search(path.read_text("utf-8"))
    return found and found[2]


def write_table(path: Path, name: str, table: str) -> None:
    """Put a table between its markers."""
    text = path.read_text("utf-8")
    path.write_text(table_pattern(name).sub(lambda m: m[1] + table + m[3], text), "utf-8")


if __name__ == "__main__":
    write_table(README, "settings", build_settings_table())
    write_table(VISIBILITY_PAGE, "grounds", build_grounds_table())
    write_table(ERRORS_PAGE, "errors", build_errors_table())
