"""Errors of the embedded server, each with what a person can do about it."""

import errno
import os
import shutil
from pathlib import Path

from hub.store.embedded.account import EmbeddedError

MIN_FREE_BYTES = 32 << 20  # bytes; PostgreSQL needs two segments of its log


def is_disk_full(home: Path, text: str) -> bool:
    # On a full disk the log may be empty, so the free space is checked too.
    """Return whether the log or the free space shows that the disk is full."""
    return "No space left" in text or shutil.disk_usage(home).free < MIN_FREE_BYTES


def start_failure(home: Path, text: str, *, is_full: bool) -> EmbeddedError:
    """Return the error of a server that did not start, with the last 12 lines of its log."""
    log_tail = "\n".join(text.strip().splitlines()[-12:])
    if is_full:
        return disk_full_error(home, log_tail)
    return EmbeddedError(
        f"เริ่มฐานข้อมูลใน {home} ไม่สำเร็จ: ดูบรรทัดท้ายของบันทึกข้างล่างและใน server.log",
        f"The database in {home} did not start: see the end of its log below and in server.log.",
        log_tail,
    )


def disk_full_error(home: Path, evidence: str = "") -> EmbeddedError:
    """Return the error that the disk of a data folder is full."""
    return EmbeddedError(
        f"ดิสก์ของ {home} เต็ม: ให้เพิ่มที่ว่าง หรือตั้ง HUB_DATA_DIR ไปยังดิสก์อื่น แล้วเริ่มใหม่",
        f"The disk of {home} is full: free some space, or set HUB_DATA_DIR to another disk, "
        "and start again.",
        evidence,
    )


def socket_moved_error(home: Path) -> EmbeddedError:
    """Return the error that the socket folder was deleted, so that there is a new address."""
    return EmbeddedError(
        f"ซ็อกเก็ตของฐานข้อมูลใน {home} ย้ายที่ เพราะโฟลเดอร์เดิมถูกลบ: ให้เริ่มระบบใหม่",
        f"The socket of the database in {home} has moved, because its folder was deleted: "
        "start the hub again.",
    )


def explain_os_error(error: OSError, home: Path) -> EmbeddedError:
    """Return the error that explains an `OSError` in a data folder, and what to do."""
    path = error.filename or home
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full_error(home)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EmbeddedError(
            f"ไม่มีสิทธิ์เขียน {path}: ให้แก้สิทธิ์ของโฟลเดอร์ หรือตั้ง HUB_DATA_DIR เป็นโฟลเดอร์ที่เขียนได้",
            f"No permission to write {path}: fix the folder's permissions, "
            "or set HUB_DATA_DIR to a folder you may write.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return EmbeddedError(
            f"ชื่อโฟลเดอร์ข้อมูลยาวเกินไป ({len(os.fsencode(home))} ไบต์): ให้ตั้ง HUB_DATA_DIR ให้สั้นลง",
            f"The data folder's path is too long ({len(os.fsencode(home))} bytes): "
            "set HUB_DATA_DIR to a shorter one.",
        )
    return EmbeddedError(
        f"ใช้โฟลเดอร์ข้อมูล {path} ไม่ได้ ({error}): ให้ตรวจโฟลเดอร์ หรือตั้ง HUB_DATA_DIR เป็นโฟลเดอร์อื่น",
        f"The data folder {path} cannot be used ({error}): "
        "check the folder, or set HUB_DATA_DIR to another one.",
    )
