"""Thai texts are sorted in dictionary order."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.text import Locale, LocalizedText, thai_sort_key

# Sorted as in พจนานุกรมฉบับราชบัณฑิตยสถาน, the Royal Institute's dictionary.
PROVINCES = [
    "กระบี่", "กรุงเทพมหานคร", "กาญจนบุรี", "กาฬสินธุ์", "ขอนแก่น", "จันทบุรี", "ฉะเชิงเทรา",
    "ชลบุรี", "ชัยนาท", "ชุมพร", "เชียงราย", "เชียงใหม่", "ตรัง", "นครปฐม", "แพร่", "ภูเก็ต",
    "เลย", "สกลนคร", "แม่ฮ่องสอน",
]  # fmt: skip


def test_leading_vowel_is_sorted_after_its_consonant() -> None:
    ordered = sorted(PROVINCES, key=thai_sort_key)
    assert ordered.index("เชียงใหม่") < ordered.index("นครปฐม")
    assert ordered.index("ชุมพร") < ordered.index("เชียงราย") < ordered.index("เชียงใหม่")
    assert ordered.index("แม่ฮ่องสอน") < ordered.index("เลย")


def test_tone_marks_are_compared_last() -> None:
    assert sorted(["ป่า", "ปา", "ปาก"], key=thai_sort_key) == ["ปา", "ป่า", "ปาก"]


def test_cluster_two_precedes_cluster_ten() -> None:
    assert thai_sort_key("กลุ่ม 2") < thai_sort_key("กลุ่ม 10")


@given(st.text())
def test_sort_key_is_defined_and_stable_for_any_text(text: str) -> None:
    assert thai_sort_key(text) == thai_sort_key(text)


def test_text_without_english_falls_back_to_thai() -> None:
    assert LocalizedText("ข้าว").text(Locale.EN) == "ข้าว"
    assert LocalizedText("ข้าว", "rice").text(Locale.EN) == "rice"
