"""`hub settings`: list the environment variables."""

from typing import Final

import click

from hub.cli.bilingual import Command
from hub.cli.console import json_option, print_list
from hub.settings import Settings

THAI: Final = {
    "HUB_HOST": "ที่อยู่ที่เปิดรับ",
    "HUB_PORT": "พอร์ตที่เปิดรับ",
    "HUB_DATA_DIR": "โฟลเดอร์ของฐานข้อมูลในตัว สร้างให้ถ้ายังไม่มี",
    "HUB_DATABASE_URL": "เซิร์ฟเวอร์ PostgreSQL ที่ใช้แทนฐานข้อมูลในตัว",
    "HUB_DATABASE_DIRECT_URL": "เซิร์ฟเวอร์เอง ถ้า HUB_DATABASE_URL คือ pooler โหมด transaction",
    "HUB_POOL_SIZE": "จำนวนการเชื่อมต่อฐานข้อมูลสูงสุด",
    "HUB_WORKERS": "จำนวนโปรเซสที่ตอบคำขอ แต่ละโปรเซสใช้ส่วนแบ่งของ HUB_POOL_SIZE (อย่างน้อย 2)",
    "HUB_RATE": "คำขอต่อวินาทีของไคลเอนต์หนึ่ง โดยเฉลี่ย 0: ไม่จำกัด",
    "HUB_AT_ONCE": "คำขอของไคลเอนต์หนึ่งที่ตอบพร้อมกัน 0: ไม่จำกัด",
    "HUB_INTROSPECTION": "ถามชนิดข้อมูลของสคีมาได้หรือไม่ on หรือ off",
    "HUB_EXECUTION": "planned หรือ reference: ให้ graphql-core ทำงานทุกคำถาม",
    "HUB_CACHE_MB": "เมกะไบต์ของคำตอบที่เก็บไว้ใช้ซ้ำในแต่ละโปรเซส 0: ไม่เก็บ",
    "HUB_OPERATIONS": "open หรือ trusted: รับเฉพาะเอกสารที่ลงไว้ก่อน",
    "HUB_OPERATIONS_DIR": "โฟลเดอร์ของเอกสารเหล่านั้น ไคลเอนต์ละโฟลเดอร์ เอกสารละไฟล์ .graphql",
    "HUB_SECRETS_DIR": "โฟลเดอร์ความลับของแหล่งข้อมูล ความลับละไฟล์ ตามชื่อ",
    "HUB_SOURCES_DIR": "โฟลเดอร์แหล่งข้อมูลที่เพิ่มเอง แหล่งละไฟล์ TOML",
    "HUB_SCHEDULER": "อ่านแหล่งข้อมูลตามรอบเวลาหรือไม่ on หรือ off",
    "HUB_PUBLIC_URL": "ต้นทาง https ที่ไคลเอนต์ใช้เรียกระบบ ถ้าไม่ตั้งคือที่อยู่ของระบบเอง",
    "HUB_ANONYMOUS": "ผู้ไม่ลงชื่อเข้าใช้อ่านข้อมูลที่เผยแพร่ได้หรือไม่ allow หรือ deny",
    "HUB_PROFILE": "demo หรือ production ถ้าไม่ตั้งคือ demo เมื่อเรียกได้จากเครื่องนี้เท่านั้น",
    "HUB_DEMO_SIGN_IN": "ลงชื่อเข้าใช้เป็นใครก็ได้หรือไม่ on หรือ off ถ้าไม่ตั้งคือเมื่อเป็น demo",
}
"""What each setting does, in Thai; `Settings.ALL` has it in English."""


@click.command(
    cls=Command, help="แสดงตัวแปรสภาพแวดล้อมที่ตั้งได้ · Show the environment variables that can be set"
)
@json_option
def settings(as_json: bool) -> None:
    """List the settings with their defaults."""
    print_list(
        Settings.ALL,
        as_json=as_json,
        describe=lambda one: {
            "name": one.name,
            "default": one.default,
            "help_th": THAI[one.name],
            "help_en": one.help,
        },
        lines=lambda one: [f"{one.name:24} {THAI[one.name]} · {one.help} ({one.default or '-'})"],
        empty="",
    )
