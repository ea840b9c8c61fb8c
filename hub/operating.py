"""What an operator does with sources from a terminal: take in, look at, review."""

import asyncio
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.inputs import asked_over_http
from connectors.kit.conform import Conformance, State, contract_credentials
from connectors.kit.file_mapping import is_mapped
from connectors.kit.files import pages_of, snapshot
from connectors.registry import Connector, connector, instance_by
from hub.bootstrap.sources import connectors_of, grants_of
from hub.bootstrap.startup import Say, open_database
from hub.domain.ingest import NameKind
from hub.domain.ledger import Ledger
from hub.domain.quarantine import NameDecision, Ruling
from hub.domain.source_spec import Auth, SourceSpec, Transport
from hub.domain.time import BANGKOK, FIRST_BE, LAST_BE, FiscalYear
from hub.errors import Invalid
from hub.ingest import quarantine
from hub.ingest.report import closing, review, standing
from hub.ingest.run import Input, ingest
from hub.ingest.sources import standings, waiting
from hub.sandbox.agency import Agency
from hub.sandbox.fill import fill, made_up
from hub.settings import LOOPBACK, Settings
from hub.store.engine import Database
from hub.store.schedule import reasons

ADDRESSES: Final = ("http://", "https://")
MARKS: Final = {State.KEPT: "✓", State.BROKEN: "✗", State.UNSEEN: "–"}


def ingest_arguments(parser: ArgumentParser) -> None:
    """What `hub ingest` is told."""
    parser.add_argument("source", metavar="SOURCE", help="ชื่อแหล่งข้อมูล · as `hub sources` lists it")
    parser.add_argument("--from", dest="origin", metavar="FILE|URL", help="อ่านจากที่นี่ · read this")
    parser.add_argument(
        "--mapping",
        metavar="FILE",
        type=Path,
        help="ลองไฟล์จับคู่คอลัมน์ · try a file that declares a source",
    )
    parser.add_argument(
        "--whole", action="store_true", help="อ่านทั้งหมด · all of it, not only what changed"
    )
    parser.add_argument("--dry-run", action="store_true", help="ไม่บันทึก · write nothing")


def review_arguments(parser: ArgumentParser) -> None:
    """What `hub review` is told."""
    parser.add_argument("source", metavar="SOURCE", nargs="?", help="เฉพาะแหล่งนี้ · of this one only")
    parser.add_argument("--decide", metavar="NAME", help="ตัดสินชื่อ · decide what a name stands for")
    parser.add_argument(
        "--as", dest="target", metavar="CODE", help="รหัส หรือ - ถ้าไม่ใช่พื้นที่ · its code"
    )
    parser.add_argument("--kind", choices=[k.value for k in NameKind], default="AREA")
    parser.add_argument("--block", help="เฉพาะช่วงนี้ของเอกสาร · in this block of a document only")
    parser.add_argument(
        "--years", metavar="BE-BE", help="ปีงบประมาณ พ.ศ. · fiscal years it holds for"
    )
    parser.add_argument(
        "--accept", metavar="ROW", type=int, nargs="+", help="รับตามที่เขียน · as written"
    )
    parser.add_argument("--refuse", metavar="ROW", type=int, nargs="+", help="ไม่รับ · leave out")
    parser.add_argument("--by", default="operator", help="ผู้ตัดสิน · who decides")


def input_of(asked: Connector, origin: str | None, settings: Settings) -> Input:
    """What a run reads: the file or URL it is told, or the one its source declares."""
    spec = asked.spec
    if origin is None and spec.transport is Transport.FILE:
        raise Invalid("--from", f"{spec.id} อ่านจากไฟล์ ให้ระบุไฟล์", f"{spec.id} needs a file")
    if is_mapped(spec) and origin is not None and origin.startswith(ADDRESSES):
        why = f"{spec.id} is read from a file; fetch it first"
        raise Invalid("--from", f"{spec.id} อ่านจากไฟล์ ให้ดาวน์โหลดก่อน", why)
    if origin is None or origin.startswith(ADDRESSES):
        told = spec if origin is None else replace(spec, url=origin)
        keep_secret(spec, told.url or "")
        return asked_over_http(told, settings.secret_of, grants_of(settings))
    path = Path(origin)
    if not path.is_file():
        raise Invalid("--from", f"ไม่พบไฟล์ {origin}", f"there is no file {origin}")
    return Input(pages_of(path, spec), path.name, snapshot(path))


def keep_secret(spec: SourceSpec, address: str) -> None:
    """`Invalid` where a source's secret would go to another host than its own; loopback is ours."""
    host, own = urlsplit(address).hostname or "", urlsplit(spec.url or "").hostname
    if spec.auth.kind is not Auth.NONE and host not in {own, *LOOPBACK}:
        raise Invalid(
            "--from",
            f"รหัสลับของ {spec.id} ส่งให้ {own} เท่านั้น ไม่ส่งให้ {host} แก้ url ใน {spec.file} ถ้าย้ายที่",
            f"the secret of {spec.id} is for {own} alone and not for {host}; "
            f"mend url in {spec.file} where it moved",
        )


def ingest_source(told: Namespace, settings: Settings, say: Say) -> int:
    """Take in a source, and print its ledger."""
    asked = (
        named(told.source, settings)
        if told.mapping is None
        else instance_by(told.mapping, told.source, settings.sources_dir, dry=told.dry_run)
    )
    given = input_of(asked, told.origin, settings)

    def progress(read: int, total: int | None) -> None:
        of = f" / {total:,}" if total is not None else ""
        print(f"\r  {read:,}{of}", end="", file=sys.stderr, flush=True)

    async def run(database: Database) -> int:
        done = await ingest(
            database,
            asked.spec,
            asked.read,
            given,
            dry=told.dry_run,
            whole=told.whole,
            progress=progress,
        )
        print(file=sys.stderr)
        if done.resumed:
            say("ทำต่อจากรอบที่ค้าง · went on with a run that was broken off")
        if done.asked.since is not None:
            since = done.asked.since.astimezone(BANGKOK).isoformat(timespec="seconds")
            say(f"อ่านเฉพาะที่เปลี่ยนตั้งแต่ {since} · read what changed since {since}")
        if told.dry_run:
            say("ลองเท่านั้น ไม่ได้บันทึก · a dry run; nothing was written")
        print(closing(done.ledger))
        for project in done.kept_projects:
            say(f"คงไว้เพราะมีความเชื่อมโยง · kept, for it is linked: {project}")
        return 0 if done.ledger.balanced else 1

    return in_database(settings, run)


def fill_hub(agency: Agency, settings: Settings) -> int:
    """Take in a local agency's made-up data; 1 where a source could not be taken in whole."""

    def progress(read: int, total: int | None) -> None:
        of = f" / {total:,}" if total is not None else ""
        print(f"\r  {read:,}{of}   ", end="", file=sys.stderr, flush=True)

    async def run(database: Database) -> int:
        whole = True
        async for one in fill(database, agency, progress):
            print(file=sys.stderr)
            print(f"{one.spec.id}: {one.spec.title.th} · {one.spec.title.en}")
            print(one.error.message if one.error else closing(one.ledger or Ledger()), end="\n\n")
            whole = whole and one.ledger is not None and one.ledger.balanced
        return 0 if whole else 1

    return in_database(settings, run)


def named(name: str, settings: Settings) -> Connector:
    """One source by its name; `Invalid` says which there are."""
    return made_up().get(name) or connector(name, settings.sources_dir)


def show_sources(settings: Settings) -> int:
    """Print how every source stands."""

    async def run(database: Database) -> int:
        held = await standings(database)
        every = {**made_up(), **connectors_of(settings)}
        known = {name: one for name, one in every.items() if name in held}
        for line in standing([one.spec for one in known.values()], held):
            print(line)
        for source, why in (await reasons(database)).items():
            print(f"รอแก้ไข · to be mended, {source}: {why}")
        return 0

    return in_database(settings, run)


def review_rows(told: Namespace, settings: Settings, say: Say) -> int:
    """Print what waits, or settle it."""

    async def run(database: Database) -> int:
        if told.decide is None and not told.accept and not told.refuse:
            for line in review(await waiting(database, told.source)):
                print(line)
            return 0
        if told.source is None:
            raise Invalid("SOURCE", "ต้องระบุแหล่งข้อมูล", "a ruling needs its source")
        asked = named(told.source, settings)
        done = await quarantine.settle(database, asked.spec, asked.read, ruling(told), told.by)
        say(
            f"อ่านใหม่ {done.read:,} แถว เสร็จ {done.settled:,} "
            f"· {done.read:,} rows looked at, {done.settled:,} settled"
        )
        return 0

    return in_database(settings, run)


def ruling(told: Namespace) -> Ruling:
    """What the arguments say of rows that wait; `Invalid` where they say two things at once."""
    said = [bool(told.decide), bool(told.accept), bool(told.refuse)]
    if sum(said) > 1:
        raise Invalid(
            "--decide, --accept, --refuse",
            "ใช้ได้ครั้งละหนึ่งอย่าง",
            "exclude one another; give one at a time",
        )
    return Ruling(
        decision(told) if told.decide else None, tuple(told.accept or ()), tuple(told.refuse or ())
    )


def decision(told: Namespace) -> NameDecision:
    """The decision on a name that the arguments spell out."""
    if not told.target:
        raise Invalid("--as", "ต้องระบุรหัส", "is needed: the code the name stands for")
    first, _, last = (told.years or f"{FIRST_BE}-{LAST_BE}").partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise Invalid("--years", "รูปแบบคือ 2565 หรือ 2565-2566", "looks like 2565 or 2565-2566")
    return NameDecision(
        NameKind(told.kind),
        told.decide,
        told.block,
        FiscalYear.of_be(int(first), "--years"),
        FiscalYear.of_be(int(last or first), "--years"),
        None if told.target == "-" else told.target,
    )


def count(text: str) -> int:
    """A whole number of 0 or more, as an argument."""
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r}: ต้องเป็นจำนวนเต็ม · a whole number is needed")
    return int(text)


def check_source(told: Namespace, settings: Settings, say: Say) -> int:
    """Ask a system whether it keeps the source contract; 1 where it breaks a point."""
    credentials = contract_credentials(
        told.url,
        settings.secret_of,
        token_url=told.token_url,
        client_id=told.client_id,
        secret=told.secret,
        scope=told.scope,
        resource=told.resource,
    )

    async def run() -> bool:
        broken = False
        async for point in Conformance(told.url, credentials, most_pages=told.pages).points():
            say(f"{MARKS[point.state]} {point.th} · {point.en}")
            for th, en in point.told:
                say(f"    {th} · {en}")
            broken |= point.state is State.BROKEN
        return broken

    return 1 if asyncio.run(run()) else 0


def source_arguments(parser: ArgumentParser) -> None:
    """Which system, and how to ask it for a token."""
    words = "ตรวจระบบตามสัญญาข้อมูลต้นทาง · check a system against docs/source-contract.yaml"
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    check = actions.add_parser("check", help=words, description=words)
    option = check.add_argument
    option("url", metavar="URL", help="ที่อยู่ของรายการโครงการ · where its projects are listed")
    option("--token-url", help="ที่ขอโทเค็น · the token endpoint")
    option("--client-id", help="ชื่อไคลเอนต์ · the client's id")
    option("--secret", metavar="NAME", help="ชื่อความลับ · the name of the secret, not the secret")
    option("--scope", help="ขอบเขต · scope")
    option("--resource", help="ทรัพยากร · resource (RFC 8707)")
    option("--pages", type=count, default=20, help="หน้าที่อ่านอย่างมาก · pages read at most")


def in_database(settings: Settings, run: Callable[[Database], Coroutine[Any, Any, int]]) -> int:
    """Run over a database that is ready; what is said meanwhile goes to standard error."""

    async def whole() -> int:
        async with open_database(
            settings, lambda line: print(f"  {line}", file=sys.stderr)
        ) as database:
            return await run(database)

    return asyncio.run(whole())
