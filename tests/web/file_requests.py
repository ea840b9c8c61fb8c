"""Requests for files, sent to the application of an `api` fixture."""

from datetime import datetime

import httpx2

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import CountingDatabase, GraphQLApi


async def request_file(
    api: GraphQLApi,
    path: str,
    *,
    viewer: Viewer = ANONYMOUS,
    database: Database | None = None,
    now: datetime | None = None,
    method: str = "GET",
    **parameters: str,
) -> httpx2.Response:
    """Send a request as a viewer and return the HTTP response; `api` has its statements."""
    api._authentication.viewer, api.now = viewer, now
    application = api.get_application(database)
    transport = httpx2.ASGITransport(application.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        response = await client.request(method, path, params=parameters)
    assert isinstance(application.database, CountingDatabase)
    if application.database.last_transaction is not None:
        api.sent_statements = application.database.last_transaction.sent_statements
    return response
