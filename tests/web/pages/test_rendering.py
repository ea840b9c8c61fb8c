"""Tests the rendering of HTML pages: values are escaped, and the form target is restricted."""

import pytest
from jinja2 import UndefinedError

from hub.web.pages.error_page import error_page
from hub.web.pages.rendering import TEMPLATES, render_page

MARKUP = '<script>alert("1")</script>'


def test_every_value_of_a_page_is_escaped() -> None:
    body = bytes(error_page(f"{MARKUP} · {MARKUP}", 400).body).decode()
    assert "<script>" not in body
    assert body.count("&lt;script&gt;") == 2


def test_error_page_shows_both_languages_and_keeps_its_headers() -> None:
    response = error_page("ไม่พบ · Not found", 404, **{"Retry-After": "5"})
    assert (response.status_code, response.headers["retry-after"]) == (404, "5")
    assert 'ไม่พบ <span lang="en">Not found</span>' in bytes(response.body).decode()


def test_form_may_redirect_to_the_origin_of_the_client_alone() -> None:
    page = render_page(
        "error.html",
        ("หัวข้อ", "Title"),
        form_action_origin="https://client.example",
        message=("ก", "a"),
        signin_title=("ข", "b"),
    )
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://client.example;" in policy
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("template", ["signin.html", "consent.html", "error.html"])
def test_missing_value_of_a_template_is_an_error(template: str) -> None:
    with pytest.raises(UndefinedError):
        TEMPLATES.get_template(template).render(title=("ก", "a"))
