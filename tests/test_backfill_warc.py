"""`guidang backfill --from` of WARC files as crawlers write them, and as they get damaged."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from tests import past
from tests.program import Program
from tests.test_backfill import configured, kept
from tests.test_backfill_files import LINK, chunked, document, warc_response


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return configured(tmp_path, "", "", f"{LINK}feed")


def of_one(number: int) -> bytes:
    return document(range(number, number + 1))


def bring_in(program: Program, file: str, *records: bytes) -> tuple[int, list[str]]:
    """Bring in a file of these records; return the exit code, and why something is missing."""
    (program.folder / file).write_bytes(b"".join(records))
    result = program.run("backfill", "--from", file, "--json")
    assert result.code in {0, 1}, result
    missing: list[dict[str, Any]] = json.loads(result.out)["missing"]
    return result.code, [one["reason"] for one in missing]


def dated(number: int, date: str) -> bytes:
    return warc_response(of_one(number)).replace(b"2021-05-01T00:00:00.123456789Z", date.encode())


def test_dates_of_less_precision(program: Program) -> None:
    dates = ["2021", "2021-05", "2021-05-01", "2021-05-01T00:00Z", "2021-05-01T08:00:00+08:00"]
    dates += ["0001-01-01T00:00:00+14:00", "yesterday", "2021-13-01"]
    records = [dated(number, date) for number, date in enumerate(dates)]
    assert bring_in(program, "crawl.warc", *records) == (0, [])
    assert kept(program) == past.titles(range(len(dates)))


CODINGS = {
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


def test_every_coding_of_http_is_undone(program: Program) -> None:
    records = [
        warc_response(compress(of_one(number)), f"Content-Encoding: {coding}")
        for number, (coding, compress) in enumerate(CODINGS.items())
    ]
    records.append(
        warc_response(
            chunked(brotli.compress(of_one(4))),
            "Content-Encoding: br",
            "Transfer-Encoding: Chunked",
        )
    )
    records.append(warc_response(of_one(5), "Content-Encoding: br"))  # undone by the crawler
    assert bring_in(program, "crawl.warc", *records) == (0, [])
    assert kept(program) == past.titles(range(6))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_damaged_coding_is_missing(program: Program, coding: str) -> None:
    noise = random.Random(1).randbytes(200_000).hex().encode()
    packed = CODINGS[coding](of_one(0) + noise)
    cut = warc_response(packed[:-1000], f"Content-Encoding: {coding}")
    code, reasons = bring_in(program, "crawl.warc", cut, warc_response(of_one(1)))
    assert (code, reasons) == (1, ["cannot be read: its compressed data end too early"])
    assert kept(program) == past.titles([1])


def test_a_bomb_is_missing(program: Program) -> None:
    bomb = warc_response(gzip.compress(bytes(30 << 20)), "Content-Encoding: gzip")
    code, reasons = bring_in(program, "crawl.warc", bomb, warc_response(of_one(1)))
    assert (code, reasons) == (1, ["cannot be read: it has more than 20 MiB"])
    assert kept(program) == past.titles([1])


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("crawl.warc", b"hello this is no warc" * 100),
        ("crawl.warc", b"hello\n\nthis is no warc\n" * 100),
        ("crawl.warc", b""),
        ("crawl.warc.gz", gzip.compress(b"hello this is no warc", mtime=0)),
        ("crawl.warc.gz", b"\x1f\x8b"),
        ("crawl.warc", b"filedesc://a.arc 0.0.0.0 2021 text/plain 7\n1 0 x\n\n"),
    ],
)
def test_what_is_no_warc_file_is_missing(program: Program, file: str, content: bytes) -> None:
    code, reasons = bring_in(program, file, content)
    assert code == 1
    assert reasons == ["cannot be read: it is no WARC file, or damaged at its beginning"]


def test_records_that_are_compressed_as_one(program: Program) -> None:
    records = [warc_response(of_one(number)) for number in range(3)]
    code, reasons = bring_in(program, "crawl.warc.gz", gzip.compress(b"".join(records)))
    assert code == 1
    assert reasons == ["cannot be read: its records are compressed as one; unpack it first"]


def test_a_feed_is_known_by_its_bytes_as_well(program: Program) -> None:
    types = ["text/plain", "application/octet-stream", "text/html", "", "binary"]
    records = [
        warc_response(of_one(number), content_type=name) for number, name in enumerate(types)
    ]
    records += [
        warc_response(
            chunked(CODINGS[coding](of_one(number))),
            "Transfer-Encoding: chunked",
            f"Content-Encoding: {coding}",
            content_type="text/plain",
        )
        for number, coding in [(5, "br"), (6, "zstd")]
    ]
    item = {"id": "7", "url": f"{LINK}7", "title": past.titled(7), "content_text": "七"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}
    others = [b"\x89PNG\r\n", b"", b"{", b"plain", b"<svg/>", random.Random(1).randbytes(9000)]
    records += [
        warc_response(body, content_type="text/plain")
        for body in [json.dumps(feed).encode(), *others]
    ]
    (program.folder / "crawl.warc").write_bytes(b"".join(records))
    result = program.run("backfill", "--from", "crawl.warc")
    assert (result.code, "passed over" in result.out) == (0, False), result
    assert kept(program) == past.titles(range(8))


@pytest.mark.parametrize("is_packed", [True, False])
def test_records_before_damage_are_kept(program: Program, is_packed: bool) -> None:
    records = [warc_response(of_one(number)) for number in range(4)]
    packed = [gzip.compress(one) for one in records] if is_packed else records
    packed[2] = packed[2][:-300] + b"\0\0\0\0" + packed[2][-250:]
    file = "crawl.warc.gz" if is_packed else "crawl.warc"
    code, reasons = bring_in(program, file, *packed)
    assert code == 1
    assert any("it breaks off within a record, or is damaged, at byte" in one for one in reasons)
    assert set(past.titles(range(2))) <= set(kept(program))


def test_records_that_say_little_of_themselves(program: Program) -> None:
    whole = warc_response(of_one(0))
    odd = [
        whole.replace(f"WARC-Target-URI: {LINK}feed\r\n".encode(), b""),
        whole.replace(f"{LINK}feed".encode(), b"http://[bad/feed"),
        whole.replace(b"WARC-Type: response\r\n", b""),
        warc_response(b""),
    ]
    code, reasons = bring_in(program, "crawl.warc", *odd, warc_response(of_one(1)))
    assert (code, len(reasons)) == (1, 1)
    assert "no feed on the list is" in reasons[0]
    assert set(past.titles([1])) <= set(kept(program))
    assert bring_in(program, "b.warc", whole, b"WARC/1.0\r\nWARC-Type: response\r\n\r\nx")[0] == 1


@pytest.mark.parametrize("left", [1, 0])
def test_a_file_that_was_shortened_is_missing(program: Program, left: int) -> None:
    records = [warc_response(of_one(number)) for number in range(4)]
    file = program.folder / "crawl.warc"
    file.write_bytes(b"".join(records))
    program.run("backfill", "--from", "crawl.warc", "--max-documents", "2")
    shorter = b"".join(records[:left]) + warc_response(b"x" * len(of_one(1)))
    file.write_bytes(shorter)
    result = program.run("backfill", "--resume", "--json")
    reasons = [one["reason"] for one in json.loads(result.out)["missing"]]
    assert result.code == 1
    assert "cannot be read: it has changed since the run began, or is damaged" in reasons
