"""CSV files in another encoding or with another separator than declared, and with spoilt codes."""

from pathlib import Path

import pytest

from hub.domain.budget import BudgetPhase
from hub.domain.sources.records import QuarantineReason
from hub.errors import SourceRefused
from tests.connectors.disbursement_file import (
    HEADER,
    ROW,
    build_line,
    create_connector,
    parse_entries,
    write_csv,
)
from tests.connectors.source_files import DISBURSEMENT_FILE


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp874", "cp874"), ("utf-16", "utf-16")],
)
def test_mapped_file_is_decoded_with_its_declared_encoding(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    path = write_csv(tmp_path, build_line(), encoding=encoding)
    [entry] = parse_entries(path, create_connector(tmp_path, encoding=declared))
    assert entry.doubts == ()
    assert entry.project is not None
    assert entry.project.code == ROW["รหัส"]


@pytest.mark.parametrize(
    ("encoding", "declared", "named"),
    [
        ("cp874", "utf-8", "cp874"),
        ("utf-8", "cp874", "utf-8"),
        ("utf-8", "tis-620", "utf-8"),
        ("utf-8-sig", "cp874", "utf-8"),
        ("utf-16", "utf-8", "utf-16"),
        ("utf-16", "cp874", "utf-16"),
    ],
)
def test_file_in_another_encoding_than_declared_is_rejected_with_the_name_of_its_encoding(
    tmp_path: Path, encoding: str, declared: str, named: str
) -> None:
    path = write_csv(tmp_path, build_line(), encoding=encoding)
    with pytest.raises(SourceRefused, match=f"as {named} its header is ปี, รหัส") as refused:
        parse_entries(path, create_connector(tmp_path, encoding=declared))
    assert f"ถ้าอ่านเป็น {named} หัวตารางคือ ปี, รหัส" in str(refused.value)


def test_header_that_no_tried_encoding_decodes_is_rejected(tmp_path: Path) -> None:
    path = write_csv(tmp_path, build_line(), head=HEADER.replace("ปี", "\udc81\udcff"))
    with pytest.raises(SourceRefused, match="its header is not utf-8, as declared"):
        parse_entries(path, create_connector(tmp_path))


def test_rows_of_another_encoding_below_an_ascii_header_get_doubts_that_name_it(
    tmp_path: Path,
) -> None:
    fields = {"fiscal_year": "y", "budget_code": "c", "agency": "a"}
    mapping = {"header_rows": [1], "fields": fields, "amounts": [{"column": "m"}]}
    rows = "2567,1,กรมพลศึกษา,5".encode("cp874"), "2567,2,กรมพลศึกษา,5".encode()
    path = tmp_path / "a.csv"
    path.write_bytes(b"y,c,a,m\n" + b"\n".join(rows))
    spoilt, good = parse_entries(path, create_connector(tmp_path, mapping=mapping))
    assert good.doubts == ()
    assert spoilt.doubts[0].reason is QuarantineReason.UNDECODABLE
    assert "as cp874 it is กรมพลศึกษา" in spoilt.doubts[0].en


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separator_is_declared_and_named_if_it_is_not(tmp_path: Path, separator: str) -> None:
    lines = [line.replace(",", separator) for line in (HEADER, build_line(จำนวน="1.5"))]
    path = write_csv(tmp_path, lines[1], head=lines[0])
    with pytest.raises(SourceRefused, match=r"separated by .*not by commas") as refused:
        parse_entries(path, create_connector(tmp_path))
    assert "separator = " in str(refused.value)
    mapping = {**DISBURSEMENT_FILE["mapping"], "separator": separator}
    [entry] = parse_entries(path, create_connector(tmp_path, mapping=mapping))
    assert (entry.doubts, entry.amounts) == ((), {BudgetPhase.DISBURSED: 150})
    with pytest.raises(SourceRefused, match="separated by commas"):
        parse_entries(
            write_csv(tmp_path, build_line()), create_connector(tmp_path, mapping=mapping)
        )


def test_other_separators_within_cells_do_not_matter(tmp_path: Path) -> None:
    head = HEADER.replace("จังหวัด", "จังหวัด; อำเภอ | ตำบล")
    fields = {**DISBURSEMENT_FILE["mapping"]["fields"], "province": "จังหวัด; อำเภอ | ตำบล"}
    mapping = {**DISBURSEMENT_FILE["mapping"], "fields": fields}
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(), head=head), create_connector(tmp_path, mapping=mapping)
    )
    assert entry.doubts == ()


@pytest.mark.parametrize(
    ("codes", "doubted"),
    [
        ([f"150070001070{n}0" for n in range(100, 105)], 5),
        ([f"150070001070{n}0" for n in range(100, 104)], 0),
        ([*(f"150070001070{n}0" for n in range(100, 110)), "1500700010701001"], 0),
        (["1500700010700010"], 0),
        ([f"{n}" for n in range(5)], 0),
        (["15007000107000100000"], 1),
    ],
)
def test_column_in_which_every_code_ends_in_a_cleared_digit_is_spoilt(
    tmp_path: Path, codes: list[str], doubted: int
) -> None:
    path = write_csv(tmp_path, *(build_line(รหัส=code) for code in codes))
    entries = parse_entries(path, create_connector(tmp_path))
    assert sum(bool(entry.doubts) for entry in entries) == doubted
    assert {tuple(entry.amounts.items()) for entry in entries} == {
        ((BudgetPhase.DISBURSED, 100_000),)
    }


@pytest.mark.parametrize(
    "line", ["sep=,\n", "sep=,\r\n", '"sep=,"\r\n', "SEP=,\n", "\ufeffsep=,\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp874", "utf-16"])
def test_first_line_that_states_the_separator_is_no_header(
    tmp_path: Path, line: str, encoding: str
) -> None:
    if encoding == "cp874":
        line = line.removeprefix("\ufeff")
    path = write_csv(tmp_path, build_line(), head=line + HEADER, encoding=encoding)
    [entry] = parse_entries(path, create_connector(tmp_path, encoding=encoding))
    assert entry.doubts == ()


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_stated_separator_is_named_unless_it_is_the_declared_one(
    tmp_path: Path, separator: str
) -> None:
    lines = [line.replace(",", separator) for line in (HEADER, build_line(จำนวน="1.5"))]
    path = write_csv(tmp_path, lines[1], head=f"sep={separator}\n{lines[0]}")
    with pytest.raises(SourceRefused, match=r"separated by .*not by commas") as refused:
        parse_entries(path, create_connector(tmp_path))
    assert "separator = " in str(refused.value)
    mapping = {**DISBURSEMENT_FILE["mapping"], "separator": separator}
    [entry] = parse_entries(path, create_connector(tmp_path, mapping=mapping))
    assert (entry.doubts, entry.amounts) == ((), {BudgetPhase.DISBURSED: 150})


def test_column_that_only_begins_like_a_stated_separator_is_a_column(tmp_path: Path) -> None:
    head = "sep=a," + HEADER
    mapping = {**DISBURSEMENT_FILE["mapping"], "ignored": ["sep=a"]}
    path = write_csv(tmp_path, "1," + build_line(), head=head)
    [entry] = parse_entries(path, create_connector(tmp_path, mapping=mapping))
    assert entry.doubts == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_if_utf_16_is_declared_and_named_if_not(
    tmp_path: Path, encoding: str
) -> None:
    path = write_csv(tmp_path, build_line(), encoding=encoding)
    for declared in ("utf-16", encoding):
        [entry] = parse_entries(path, create_connector(tmp_path, encoding=declared))
        assert entry.doubts == ()
    for declared in ("utf-8", "cp874"):
        with pytest.raises(SourceRefused, match=f"as {encoding} its header is ปี, รหัส"):
            parse_entries(path, create_connector(tmp_path, encoding=declared))


@pytest.mark.parametrize("encoding", ["utf-8", "cp874", "utf-8-sig"])
def test_file_that_is_not_the_declared_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    path = write_csv(tmp_path, build_line(), encoding=encoding)
    named = encoding.removesuffix("-sig")
    with pytest.raises(SourceRefused, match=f"as {named} its header is ปี, รหัส"):
        parse_entries(path, create_connector(tmp_path, encoding="utf-16"))


def test_zero_byte_in_a_file_of_another_encoding_does_not_make_it_utf_16(tmp_path: Path) -> None:
    path = write_csv(tmp_path, build_line(), build_line(กรม="กรม\0พลศึกษา"))
    entries = parse_entries(path, create_connector(tmp_path))
    assert len(entries) == 2
    assert entries[0].doubts == ()
