"""Thai texts of the errors that graphql-core raises on documents, arguments and variables.

graphql-core words them in English only. A message without a Thai pattern has the general text of
its stage, so that no error is without Thai.
"""

import re
from typing import Final

MESSAGE_PATTERNS: Final[tuple[tuple[str, str], ...]] = (
    (r"Unknown argument '(.+?)' on field '(.+?)'", "ฟิลด์ {2} ไม่มีอาร์กิวเมนต์ {1}"),
    (r"Unknown argument '(.+?)' on directive '(.+?)'", "ไดเรกทีฟ {2} ไม่มีอาร์กิวเมนต์ {1}"),
    (r"Argument '.+\((.+?):\)' of (?:required )?type '(.+?)' (?:is|was) ", "ต้องระบุ {1} ชนิด {2}"),
    (r"Expected a value of non-null type '(.+?)' to be provided", "ต้องระบุค่าชนิด {1}"),
    (
        r"Expected value of non-null type '(.+?)' not to be (?:None|null)",
        "ต้องมีค่าชนิด {1} เป็น null ไม่ได้",
    ),
    (r"Expected value of type '(.+?)' to include required field '(.+?)'", "{1} ต้องมีช่อง {2}"),
    (r"Expected value of type '(.+?)' not to include unknown field '(.+?)'", "{1} ไม่มีช่อง {2}"),
    (r"Expected value of type '(.+?)' to be an object", "ต้องเป็นออบเจกต์ชนิด {1}"),
    (r"Expected variable '(.+?)' provided to (?:non-null )?type '(.+?)'", "ต้องส่งตัวแปร {1} ชนิด {2}"),
    (r"Value '(.+?)' does not exist in '(.+?)' enum", "{2} ไม่มีค่า {1}"),
    (
        r"Enum '(.+?)' cannot represent (?:.*?value: )(.+?)\.",
        "{2} ไม่ใช่ค่าของ {1} ใช้ชื่อของค่าโดยไม่มีอัญประกาศ",
    ),
    (r"Within OneOf Input Object type '(.+?)'", "{1} ต้องมีช่องเดียวเท่านั้น และไม่เป็น null"),
    (r"Value for member field '(.+?)' must be non-null", "{1} เป็น null ไม่ได้"),
    (r"OneOf Input Object '(.+?)'", "{1} ต้องมีช่องเดียวเท่านั้น และไม่เป็น null"),
    (r"Int cannot represent non 32-bit signed integer value: (.+)", "{1} ใหญ่เกินจำนวนเต็ม 32 บิต"),
    (r"Int cannot represent non-integer value: (.+)", "ต้องเป็นจำนวนเต็ม ไม่ใช่ {1}"),
    (r"Float cannot represent non numeric value: (.+)", "ต้องเป็นตัวเลข ไม่ใช่ {1}"),
    (r"String cannot represent (?:a non string )?value: (.+)", "ต้องเป็นข้อความในอัญประกาศ ไม่ใช่ {1}"),
    (r"Boolean cannot represent a non boolean value: (.+)", "ต้องเป็น true หรือ false ไม่ใช่ {1}"),
    (r"ID cannot represent .*?value: (.+)", "ต้องเป็นรหัส (ข้อความหรือจำนวนเต็ม) ไม่ใช่ {1}"),
    (r"Value cannot represent an? (\w+): \"(.*?)\"", "ต้องเป็นค่าชนิด {1} ไม่ใช่ {2}"),
    (r"Expected value of type '(.+?)'.*found: (.+?)\.?$", "ต้องเป็นค่าชนิด {1} ไม่ใช่ {2}"),
    (
        r"Variable '(.+?)' of type '(.+?)' used in position expecting type '(.+?)'",
        "ตัวแปร {1} เป็นชนิด {2} แต่ที่นี่ต้องเป็นชนิด {3}",
    ),
    (r"Variable '(.+?)' is not defined", "ไม่ได้ประกาศตัวแปร {1}"),
    (r"Variable '(.+?)' is never used", "ประกาศตัวแปร {1} แต่ไม่ได้ใช้"),
    (r"Variable '(.+?)' expected value of type '(.+?)' which cannot", "ตัวแปร {1} ใช้ชนิด {2} ไม่ได้"),
    (r"Variable '(.+?)' of required type '(.+?)' was not provided", "ต้องส่งตัวแปร {1} ชนิด {2}"),
    (r"Cannot query field '(.+?)' on type '(.+?)'", "{2} ไม่มีฟิลด์ {1}"),
    (r"Field '(.+?)' of type '(.+?)' must have a selection", "ฟิลด์ {1} ต้องเลือกฟิลด์ย่อยของ {2}"),
    (r"Field '(.+?)' must not have a selection", "ฟิลด์ {1} ไม่มีฟิลด์ย่อย"),
    (r"There can be only one (\w+) (?:field )?named '(.+?)'", "มี {2} ได้ครั้งเดียว"),
    (r"Unknown type '(.+?)'", "ไม่มีชนิด {1}"),
    (r"Unknown operation named '(.+?)'", "ไม่มีคำสั่งชื่อ {1}"),
    (r"Must provide operation name", "มีหลายคำสั่ง ต้องระบุ operationName"),
    (r"(?:Variable values|.+) nested too deeply", "ซ้อนลึกเกินไป"),
)
"""Patterns of messages of graphql-core 3.3, and their Thai texts with the groups of the match."""
COMPILED_PATTERNS: Final = [(re.compile(pattern), text) for pattern, text in MESSAGE_PATTERNS]
GENERAL_TEXTS: Final = {
    "GRAPHQL_PARSE_FAILED": "ข้อความคำสั่งไม่ใช่ GraphQL ที่ถูกต้อง",
    "GRAPHQL_VALIDATION_FAILED": "คำสั่งไม่ตรงกับสคีมาของระบบ",
    "BAD_USER_INPUT": "ตัวแปรหรือชื่อคำสั่งไม่ถูกต้อง",
}
"""The Thai text of a message without a pattern, by the code of its stage."""
MAX_SHOWN_LENGTH: Final = 120


def translate_message(message: str, code: str) -> str:
    """Return the Thai text of a message of graphql-core; parts over 120 characters are cut."""
    for pattern, text in COMPILED_PATTERNS:
        if found := pattern.search(message):
            shown = [cut_text(part or "") for part in (found[0], *found.groups())]
            return text.format(*shown)
    return GENERAL_TEXTS[code]


def cut_text(text: str) -> str:
    """Return a text, cut with an ellipsis if it is long."""
    return text if len(text) <= MAX_SHOWN_LENGTH else text[:MAX_SHOWN_LENGTH] + "…"
