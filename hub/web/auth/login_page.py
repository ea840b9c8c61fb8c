"""The parts of the `/signin` page: the signed-in person, the agencies, and the demo people."""

from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

from hub.domain.identity.people import LoginAgency, PersonSession
from hub.domain.identity.viewer import ROLE_NAMES, Role
from hub.web.pages.forms import bilingual, button, escaped_name, form

DEMO_PEOPLE: Final = (
    ("ministry:05", Role.OFFICER),
    ("ministry:15", Role.DELEGATE),
    ("ministry:07", Role.VIEWER),
    ("ministry:01", Role.STEWARD),
)
"""Demo people with one button each: the Ministry of Tourism's officer first (slide 37)."""


def person_section(person: PersonSession, token: str, next_path: str) -> str:
    """Return the signed-in person, with buttons to sign out and to continue."""
    sign_out = form(
        "/signout",
        {"token": token, "next": next_path},
        button(bilingual("ออกจากระบบ", "Sign out")),
    )
    go_on = f'<p><a href="{escape(next_path)}">{bilingual("ไปต่อ", "Continue")}</a></p>'
    who = f"<strong>{escape(person.name)}</strong>, {bilingual(*ROLE_NAMES[person.role])}"
    agency = escaped_name(person.agency_name)
    return f'<section id="person"><p>{who}, {agency}</p>{sign_out}{go_on}</section>'


def agency_section(agencies: Sequence[LoginAgency], next_path: str) -> str:
    """Return the list of agencies, each with a link to its provider."""
    if not agencies:
        text = bilingual("ยังไม่มีหน่วยงานที่เปิดให้ลงชื่อเข้าใช้", "No agency has enabled sign-in yet.")
        return f'<p class="quiet">{text}</p>'
    links = "".join(
        f'<li><a href="/signin?{urlencode({"agency": one.agency_id, "next": next_path})}">'
        f"{escaped_name(one.name)}</a></li>"
        for one in agencies
    )
    title = bilingual("เลือกหน่วยงาน", "Choose your agency")
    return f'<section><h2>{title}</h2><ul id="agencies">{links}</ul></section>'


def demo_section(ministries: Sequence[LoginAgency], next_path: str) -> str:
    """Return the demo logins: four buttons, and a form for any ministry and role."""
    names = {one.agency_id: one.name for one in ministries}
    people = "".join(
        form(
            "/signin/demo",
            {"agency": agency_id, "role": role.value, "next": next_path},
            button(f"{bilingual(*ROLE_NAMES[role])}: {escaped_name(names[agency_id])}"),
        )
        for agency_id, role in DEMO_PEOPLE
        if agency_id in names
    )
    listed = "".join(
        f'<option value="{escape(one.agency_id)}">{escape(one.name.th)}</option>'
        for one in ministries
    )
    roles = "".join(f'<option value="{r.value}">{" · ".join(ROLE_NAMES[r])}</option>' for r in Role)
    choosing = form(
        "/signin/demo",
        {"next": next_path},
        demo_choice("agency", bilingual("หน่วยงาน", "Agency"), listed),
        demo_choice("role", bilingual("บทบาท", "Role"), roles),
        button(bilingual("เข้าใช้", "Sign in")),
    )
    title = bilingual("ทดลองใช้", "Try it out")
    text = bilingual(
        "ระบบนี้เปิดไว้ให้ทดลอง เป็นใครก็ได้โดยไม่ต้องใช้รหัสผ่าน",
        "This hub is a demo: sign in as anyone, without a password.",
    )
    heading = f'<h2>{title}</h2><p class="quiet">{text}</p>'
    return f'<section id="demo">{heading}{people}{choosing}</section>'


def demo_choice(name: str, label: str, options: str) -> str:
    """Return a select field; `label` and `options` are markup."""
    return f'<label>{label} <select name="{name}">{options}</select></label>'
