"""The static pages and the paths of one area, issue or project."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub.web.pages.bundles import SCRIPT
from hub.web.pages.routes import ROUTES


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=list(ROUTES)))


@pytest.mark.parametrize(
    ("path", "script"),
    [
        ("/work", "work/main.js"),
        ("/areas/20", "places/main.js"),
        ("/areas/C2552-09", "places/main.js"),
        ("/issues/s42-east-1", "places/main.js"),
        ("/issues/with/slash", "places/main.js"),
        ("/projects/gfmis:12 34", "places/main.js"),
        ("/sources", "sources/main.js"),
        ("/board/5f0c/minutes", "paper/main.js"),
        ("/board/5f0c/brief", "paper/main.js"),
        ("/board", "sessions/main.js"),
        ("/board/3f9ac1d2", "board/main.js"),
    ],
)
def test_page_loads_its_script(client: TestClient, path: str, script: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    [bundle] = SCRIPT.finditer(response.text)
    assert f"{{ // js/{script}\n" in client.get(f"/static/{bundle['name']}").text
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/areas", "/areas/", "/areas/20/21", "/works", "/board/1/2/3", "/static/../x"]
)
def test_other_paths_are_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_name_in_the_path_is_not_in_the_page(client: TestClient) -> None:
    response = client.get("/projects/%3Cscript%3Ealert(1)%3C/script%3E")
    assert "alert(1)" not in response.text
