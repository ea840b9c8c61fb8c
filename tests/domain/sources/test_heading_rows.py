"""Headings of plans are recognized behind every kind of outline number, and only behind one."""

import pytest

from hub.domain.sources.file_mapping import HeadingRows

HEADING = HeadingRows("แผนงาน", "แผนงาน")


@pytest.mark.parametrize(
    "number",
    [
        "", "1. ", "1.", "1 ", "1.1 ", "1.1. ", "(2) ", "2) ", "๑. ", "๑.๒ ", "(๓) ",
        "ก. ", "ก.", "ก) ", "(ก) ", "ฮ. ", "A. ", "b) ", "(c) ", "I. ", "IV. ", "ii) ", "(VIII) ",
        "\u2162. ", "ก.1 ", "ก1. ", "ก.๑.๒ ", "1.ก ", "๒.ข) ", "(ก.1) ", "- ", "• ",
    ],
)  # fmt: skip
def test_heading_is_recognized_behind_an_outline_number(number: str) -> None:
    assert HEADING.matches(f"{number}แผนงานการเกษตร")


@pytest.mark.parametrize(
    "text",
    [
        "กแผนงานการเกษตร", "ก แผนงานการเกษตร", "ก.พ. แผนงานการเกษตร", "กทม. แผนงานการเกษตร",
        "พ.ศ. แผนงานการเกษตร", "โครงการแผนงานการเกษตร", "IIIIII. แผนงาน", "AB. แผนงานการเกษตร",
        "123. แผนงานการเกษตร", "1แผนงานการเกษตร", "ก. โครงการแผนงาน", "1. 2. 3", "ก.",
    ],
)  # fmt: skip
def test_text_that_only_contains_the_start_of_a_heading_is_a_record(text: str) -> None:
    assert not HEADING.matches(text)
