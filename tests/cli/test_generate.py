"""Tests `hub generate`: counts, repetition, and bilingual errors."""

import pytest

from tests.cli.conftest import RunCommand, expect_failure, expect_success

ARGUMENTS = ("generate", "--projects", "150", "--years", "3", "--seed", "4")


def test_nation_is_generated_once(hub: RunCommand) -> None:
    done = hub(*ARGUMENTS, "--json")
    expect_success(done)
    assert done.err == ""
    assert sorted(done.json) == ["bytes", "lines", "linkages", "projects", "seconds"]
    assert done.json["projects"] == 150
    assert done.json["bytes"] > 10_000_000
    again = hub(*ARGUMENTS, "--json")
    names = ("projects", "lines", "linkages")
    assert [again.json[name] for name in names] == [done.json[name] for name in names]
    printed = expect_success(hub(*ARGUMENTS))
    assert "150 projects" in printed
    assert "ข้อมูลจำลอง" in printed
    assert "ไม่ได้เขียนเพิ่ม · It was there already; nothing was written" in printed
    expect_failure(
        hub("generate", "--projects", "151", "--years", "3", "--seed", "4"),
        1,
        "มีประเทศจำลองอื่นในฐานข้อมูลนี้แล้ว (--projects 150 --years 3 --seed 4)",
        "Another generated nation is in this database",
    )
    listed = hub("source", "list", "--json").json
    assert [(one["id"], one["records"]) for one in listed if one["records"]] == [
        ("generated_nation", 150)
    ]


def test_progress_is_shown_on_standard_error(hub: RunCommand) -> None:
    done = hub("generate", "--projects", "10", "--years", "1")
    assert "10 projects" in expect_success(done)
    assert " / " in done.err


def test_rebuilt_indexes_are_announced(hub: RunCommand) -> None:
    done = hub("generate", "--projects", "50", "--years", "1")
    expect_success(done)
    assert "คำขออื่นต้องรอ" in done.err
    assert "other requests wait until then" in done.err


@pytest.mark.parametrize(
    ("option", "number"),
    [
        ("--projects", 0),
        ("--projects", 10_000_001),
        ("--years", 0),
        ("--years", 21),
        ("--seed", -1),
        ("--projects", "many"),
    ],
)
def test_invalid_option_is_named(run: RunCommand, option: str, number: object) -> None:
    expect_failure(run("generate", option, str(number)), 2, f"{option}: ")
