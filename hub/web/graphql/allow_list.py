"""Documents that a client identifies by their SHA-256 instead of sending them.

Without allow-lists, a client that has sent a document with its hash may afterwards send the hash
alone, like the "automatic persisted queries" of Apollo's clients. With allow-lists, the documents
of each client are fixed in advance, and nothing else is executed.
"""

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hub.domain.identity.audit_log import hash_document
from hub.errors import Forbidden, Invalid, UnknownDocument
from hub.web.graphql.request import GraphQLRequest

ANONYMOUS_FOLDER: Final = "anonymous"
"""The folder of anonymous clients' documents."""
MAX_PERSISTED: Final = 1_000
MAX_PERSISTED_LENGTH: Final = 20_000
AllowLists = Mapping[str, Mapping[str, str]]
"""Documents by client and hash."""


class OperationAllowList:
    """The documents each client may execute; without `lists` any document is allowed."""

    def __init__(self, lists: AllowLists | None = None) -> None:
        self._lists = lists
        self._persisted: OrderedDict[str, str] = OrderedDict()

    def find_document(self, request: GraphQLRequest, client: str | None) -> str:
        """Return the document of a request, by its text or its hash.

        `Invalid` if the hash is not that of the text, `Forbidden` if the document is not on the
        client's list, `UnknownDocument` if only an unknown hash was sent.
        """
        if (
            request.query
            and request.hash is not None
            and request.hash != hash_document(request.query)
        ):
            raise Invalid(
                "extensions.persistedQuery.sha256Hash",
                "ไม่ใช่แฮชของ query ที่ส่งมา ส่งแฮชของข้อความเดียวกัน",
                "is not the hash of the query; send the hash of the same text",
            )
        if self._lists is not None:
            return self._find_trusted(request, client or ANONYMOUS_FOLDER)
        if request.query:
            return request.query
        document = self._persisted.get(request.hash or "")
        if document is None:
            raise UnknownDocument
        return document

    def persist(self, request: GraphQLRequest) -> None:
        """Cache a valid document that was sent with its hash; the last 1,000 are cached."""
        if (
            self._lists is None
            and request.query
            and request.hash
            and len(request.query) <= MAX_PERSISTED_LENGTH
        ):
            self._persisted[request.hash] = request.query
            self._persisted.move_to_end(request.hash)
            while len(self._persisted) > MAX_PERSISTED:
                self._persisted.popitem(last=False)

    def _find_trusted(self, request: GraphQLRequest, client: str) -> str:
        lists = self._lists or {}
        document = lists.get(client, {}).get(request.hash or hash_document(request.query.strip()))
        if document is None:
            raise Forbidden(
                f"คำถามนี้ไม่อยู่ในรายการที่ {client} ใช้ได้ ขอให้ผู้ดูแลเพิ่มไฟล์ของคำถามใน HUB_OPERATIONS_DIR · "
                f"This operation is not on the allow-list of {client}; "
                "ask the operator to add its file to HUB_OPERATIONS_DIR"
            )
        return document


def load_documents(folder: Path) -> dict[str, dict[str, str]]:
    """Return the documents of a folder by client and hash: one folder per client, one file each.

    Each is found by the hash of its text, with and without surrounding white space. `Invalid` if
    the folder cannot be read or has no `.graphql` file.
    """
    lists: dict[str, dict[str, str]] = {}
    try:
        for path in sorted(folder.glob("*/*.graphql")):
            text = path.read_text("utf-8")
            documents = lists.setdefault(path.parent.name, {})
            documents[hash_document(text)] = documents[hash_document(text.strip())] = text.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            "HUB_OPERATIONS_DIR",
            f"อ่าน {folder} ไม่ได้ ({error})",
            f"{folder} cannot be read ({error})",
        ) from error
    if not lists:
        raise Invalid(
            "HUB_OPERATIONS_DIR",
            f"ไม่พบ <client>/<ชื่อ>.graphql ใน {folder}",
            f"there is no <client>/<name>.graphql in {folder}",
        )
    return lists
