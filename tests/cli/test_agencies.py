"""`hub agency`: register, disable, enable and list agencies."""

from tests.cli.conftest import Run, failed, ok


def test_an_agency_is_named_by_its_id_or_its_budget_code(hub: Run) -> None:
    ok(hub("agency", "add", "ministry:05"))
    ok(hub("agency", "add", "15"))
    listed = ok(hub("agency", "list"))
    assert "✓ ministry:05  กระทรวงการท่องเที่ยวและกีฬา" in listed
    assert "✓ ministry:15" in listed
    assert "ministry:05 is disabled" in ok(hub("agency", "disable", "05"))
    assert "✗ ministry:05" in ok(hub("agency", "list"))
    assert "ministry:05 is enabled" in ok(hub("agency", "enable", "05"))
    assert "✓ ministry:05" in ok(hub("agency", "list"))


def test_an_unknown_agency_is_not_found(hub: Run) -> None:
    failed(hub("agency", "add", "ministry:99"), 1, "no agency ministry:99")
    failed(hub("agency", "disable", "ministry:05"), 1, "hub agency add ministry:05")


def test_agencies_are_listed_as_json(hub: Run) -> None:
    assert hub("agency", "list", "--json").json == []
    ok(hub("agency", "add", "05"))
    ok(hub("client", "add", "05", "ระบบ"))
    assert hub("agency", "list", "--json").json == [
        {
            "id": "ministry:05",
            "name_th": "กระทรวงการท่องเที่ยวและกีฬา",
            "enabled": True,
            "clients": 1,
            "issuers": 0,
        }
    ]


def test_an_empty_list_says_so_in_both_languages(hub: Run) -> None:
    assert ok(hub("agency", "list")) == "ยังไม่มีหน่วยงานที่ลงทะเบียน · No agency is registered\n"
