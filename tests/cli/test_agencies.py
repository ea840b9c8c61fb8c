"""Tests `hub agency`: register, disable, enable and list agencies."""

from tests.cli.conftest import RunCommand, expect_failure, expect_success


def test_agency_is_found_by_id_or_budget_code(hub: RunCommand) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    expect_success(hub("agency", "add", "15"))
    listed = expect_success(hub("agency", "list"))
    assert "✓ ministry:05  กระทรวงการท่องเที่ยวและกีฬา" in listed
    assert "✓ ministry:15" in listed
    assert "ministry:05 is disabled" in expect_success(hub("agency", "disable", "05"))
    assert "✗ ministry:05" in expect_success(hub("agency", "list"))
    assert "ministry:05 is enabled" in expect_success(hub("agency", "enable", "05"))
    assert "✓ ministry:05" in expect_success(hub("agency", "list"))


def test_unknown_agency_is_not_found(hub: RunCommand) -> None:
    expect_failure(hub("agency", "add", "ministry:99"), 1, "no agency ministry:99")
    expect_failure(hub("agency", "disable", "ministry:05"), 1, "hub agency add ministry:05")


def test_agencies_are_listed_as_json(hub: RunCommand) -> None:
    assert hub("agency", "list", "--json").json == []
    expect_success(hub("agency", "add", "05"))
    expect_success(hub("client", "add", "05", "ระบบ"))
    assert hub("agency", "list", "--json").json == [
        {
            "id": "ministry:05",
            "name_th": "กระทรวงการท่องเที่ยวและกีฬา",
            "enabled": True,
            "clients": 1,
            "issuers": 0,
        }
    ]


def test_empty_list_prints_a_message_in_both_languages(hub: RunCommand) -> None:
    assert (
        expect_success(hub("agency", "list")) == "ยังไม่มีหน่วยงานที่ลงทะเบียน · No agency is registered\n"
    )
