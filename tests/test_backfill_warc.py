"""`guidang backfill --from` with WARC files of crawlers, and with damaged ones."""

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
from tests.test_backfill import make_program, stored_titles
from tests.test_backfill_files import LINK, document, encode_chunked, tar_of, warc_response, zip_of


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return make_program(tmp_path, "", "", f"{LINK}feed")


def with_item(number: int) -> bytes:
    return document(range(number, number + 1))


def backfill(program: Program, file: str, *records: bytes) -> tuple[int, list[str]]:
    """Run backfill on a file of these records; return the exit code and the reasons of failures."""
    (program.folder / file).write_bytes(b"".join(records))
    result = program.run("backfill", "--from", file, "--json")
    assert result.code in {0, 1}, result
    missing: list[dict[str, Any]] = json.loads(result.out)["missing"]
    return result.code, [one["reason"] for one in missing]


def response_of(number: int, date: str) -> bytes:
    return warc_response(with_item(number)).replace(
        b"2021-05-01T00:00:00.123456789Z", date.encode()
    )


def test_incomplete_and_invalid_record_dates_are_accepted(program: Program) -> None:
    dates = ["2021", "2021-05", "2021-05-01", "2021-05-01T00:00Z", "2021-05-01T08:00:00+08:00"]
    dates += ["0001-01-01T00:00:00+14:00", "yesterday", "2021-13-01"]
    records = [response_of(number, date) for number, date in enumerate(dates)]
    assert backfill(program, "crawl.warc", *records) == (0, [])
    assert stored_titles(program) == past.titles(range(len(dates)))


CODINGS = {
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


def test_all_content_codings_are_decoded(program: Program) -> None:
    records = [
        warc_response(compress(with_item(number)), f"Content-Encoding: {coding}")
        for number, (coding, compress) in enumerate(CODINGS.items())
    ]
    records.append(
        warc_response(
            encode_chunked(brotli.compress(with_item(4))),
            "Content-Encoding: br",
            "Transfer-Encoding: Chunked",
        )
    )
    records.append(warc_response(with_item(5), "Content-Encoding: br"))  # decoded by the crawler
    assert backfill(program, "crawl.warc", *records) == (0, [])
    assert stored_titles(program) == past.titles(range(6))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_damaged_compressed_body_is_reported_as_missing(program: Program, coding: str) -> None:
    noise = random.Random(1).randbytes(200_000).hex().encode()
    packed = CODINGS[coding](with_item(0) + noise)
    cut = warc_response(packed[:-1000], f"Content-Encoding: {coding}")
    code, reasons = backfill(program, "crawl.warc", cut, warc_response(with_item(1)))
    assert (code, reasons) == (1, ["cannot be read: its compressed data end too early"])
    assert stored_titles(program) == past.titles([1])


def test_a_decompression_bomb_is_reported_as_missing(program: Program) -> None:
    bomb = warc_response(gzip.compress(bytes(30 << 20)), "Content-Encoding: gzip")
    code, reasons = backfill(program, "crawl.warc", bomb, warc_response(with_item(1)))
    assert (code, reasons) == (1, ["cannot be read: it has more than 20 MiB"])
    assert stored_titles(program) == past.titles([1])


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
def test_a_file_that_is_no_warc_file_is_reported_as_missing(
    program: Program, file: str, content: bytes
) -> None:
    code, reasons = backfill(program, file, content)
    assert code == 1
    assert reasons == ["cannot be read: it is no WARC file, or damaged at its beginning"]


def test_records_compressed_as_one_are_reported(program: Program) -> None:
    records = [warc_response(with_item(number)) for number in range(3)]
    code, reasons = backfill(program, "crawl.warc.gz", gzip.compress(b"".join(records)))
    assert code == 1
    assert reasons == ["cannot be read: its records are compressed as one; unpack it first"]


def test_a_feed_with_a_wrong_content_type_is_recognised(program: Program) -> None:
    types = ["text/plain", "application/octet-stream", "text/html", "", "binary"]
    records = [
        warc_response(with_item(number), content_type=name) for number, name in enumerate(types)
    ]
    records += [
        warc_response(
            encode_chunked(CODINGS[coding](with_item(number))),
            "Transfer-Encoding: chunked",
            f"Content-Encoding: {coding}",
            content_type="text/plain",
        )
        for number, coding in [(5, "br"), (6, "zstd")]
    ]
    item = {"id": "7", "url": f"{LINK}7", "title": past.title_of(7), "content_text": "七"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}
    others = [b"\x89PNG\r\n", b"", b"{", b"plain", b"<svg/>", random.Random(1).randbytes(9000)]
    records += [
        warc_response(body, content_type="text/plain")
        for body in [json.dumps(feed).encode(), *others]
    ]
    (program.folder / "crawl.warc").write_bytes(b"".join(records))
    result = program.run("backfill", "--from", "crawl.warc")
    assert (result.code, "passed over" in result.out) == (0, False), result
    assert stored_titles(program) == past.titles(range(8))


@pytest.mark.parametrize("is_packed", [True, False])
def test_records_before_damage_are_kept(program: Program, is_packed: bool) -> None:
    records = [warc_response(with_item(number)) for number in range(4)]
    packed = [gzip.compress(one) for one in records] if is_packed else records
    packed[2] = packed[2][:-300] + b"\0\0\0\0" + packed[2][-250:]
    file = "crawl.warc.gz" if is_packed else "crawl.warc"
    code, reasons = backfill(program, file, *packed)
    assert code == 1
    assert any("it breaks off within a record, or is damaged, at byte" in one for one in reasons)
    assert set(past.titles(range(2))) <= set(stored_titles(program))


def test_records_without_address_type_or_body_are_skipped(program: Program) -> None:
    whole = warc_response(with_item(0))
    odd = [
        whole.replace(f"WARC-Target-URI: {LINK}feed\r\n".encode(), b""),
        whole.replace(f"{LINK}feed".encode(), b"http://[bad/feed"),
        whole.replace(b"WARC-Type: response\r\n", b""),
        warc_response(b""),
    ]
    code, reasons = backfill(program, "crawl.warc", *odd, warc_response(with_item(1)))
    assert (code, len(reasons)) == (1, 1)
    assert "no feed on the list is" in reasons[0]
    assert set(past.titles([1])) <= set(stored_titles(program))
    assert backfill(program, "b.warc", whole, b"WARC/1.0\r\nWARC-Type: response\r\n\r\nx")[0] == 1


@pytest.mark.parametrize("left", [1, 0])
def test_a_file_that_shrank_during_a_run_is_reported_as_missing(
    program: Program, left: int
) -> None:
    records = [warc_response(with_item(number)) for number in range(4)]
    file = program.folder / "crawl.warc"
    file.write_bytes(b"".join(records))
    program.run("backfill", "--from", "crawl.warc", "--max-documents", "2")
    shorter = b"".join(records[:left]) + warc_response(b"x" * len(with_item(1)))
    file.write_bytes(shorter)
    result = program.run("backfill", "--resume", "--json")
    reasons = [one["reason"] for one in json.loads(result.out)["missing"]]
    assert result.code == 1
    assert "cannot be read: it has changed since the run began, or is damaged" in reasons


DATA = Path(__file__).parent / "data" / "backfill"


def of_type(kind: str, url: str, content_type: str, body: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2021-05-01T00:00:00Z\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


# Written by warcit 0.4.0 and py-wacz 0.6.0: two feeds, a page, a picture and a text.
@pytest.mark.parametrize("file", ["warcit-0.4.0.warc.gz", "py-wacz-0.6.0.wacz"])
def test_resource_records_are_read_and_other_types_are_counted(tmp_path: Path, file: str) -> None:
    program = make_program(tmp_path, "", "", f"{LINK}feed.xml")
    result = program.run("backfill", "--from", str(DATA / file), "--json")
    assert result.code == 0, result
    assert stored_titles(program) == past.titles([*range(5), 7])
    (left_out,) = (one["reason"] for one in json.loads(result.out)["left_out"])
    assert left_out == (
        f"left out: 1 × image/png ({LINK}logo.png); 1 × text/plain ({LINK}notes.txt)"
    )


@pytest.mark.parametrize("file", ["a.zip", "a.tar", "a.tar.gz", "a.wacz"])
def test_a_warc_file_within_an_archive_is_read(program: Program, file: str) -> None:
    records = b"".join(gzip.compress(warc_response(with_item(n))) for n in range(3))
    members = {"archive/data.warc.gz": records}
    packed = {"zip": zip_of, "wacz": zip_of, "tar": tar_of}.get(file.partition(".")[2])
    packed_bytes = packed(members) if packed else tar_of(members, "w:gz")
    assert backfill(program, file, packed_bytes) == (0, [])
    assert stored_titles(program) == past.titles(range(3))


def test_a_wacz_file_without_a_warc_file_is_skipped(program: Program) -> None:
    (program.folder / "a.wacz").write_bytes(zip_of({"datapackage.json": b"{}"}))
    result = program.run("backfill", "--from", "a.wacz")
    assert (result.code, "there is no WARC file in it" in result.out) == (0, True)


def test_a_warc_file_that_unpacks_to_a_huge_size_is_reported_as_missing(program: Program) -> None:
    code, reasons = backfill(program, "a.zip", zip_of({"a.warc": bytes(300 << 20)}))
    assert (code, "may be a bomb" in reasons[0]) == (1, True)


def test_records_of_other_kinds_are_counted(program: Program) -> None:
    records = [
        of_type("warcinfo", "", "application/warc-fields", b"software: x\r\n"),
        of_type("request", f"{LINK}feed", "application/http", b"GET / HTTP/1.1\r\n\r\n"),
        warc_response(with_item(0)),
        of_type("metadata", f"{LINK}feed", "application/warc-fields", b"via: x\r\n"),
        of_type("conversion", f"{LINK}1.html", "text/plain", b"text"),
        of_type("revisit", f"{LINK}feed", "application/http", b""),
        of_type("resource", "metadata://gnu.org/wget", "text/plain", b"log"),
        warc_response(b"gone").replace(b"200 OK", b"404 No"),
    ]
    (program.folder / "a.warc").write_bytes(b"".join(records))
    result = program.run("backfill", "--from", "a.warc")
    assert result.code == 0, result
    for kind in ("metadata", "conversion", "revisit", "resource"):
        assert f"1 × {kind} record" in result.out
    assert "1 × status 404" in result.out
    assert "warcinfo" not in result.out


# A dead site cannot be polled: only the documents hold the title of its feed.
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("address", [f"{LINK}feed/?paged=2", f"{LINK}2.xml"])
def test_documents_name_a_feed_that_was_never_polled(
    program: Program, order: int, address: str
) -> None:
    pages = [
        (f"{LINK}feed", document(range(2)).decode()),
        (address, document(range(2, 4)).decode()),
    ]
    records = [past.warc_record(*page, "application/rss+xml", "200 OK") for page in pages]
    assert backfill(program, "a.warc", *records[::order]) == (0, [])
    assert stored_titles(program) == past.titles(range(4))
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["title"], feed["link"]) == ("江海新闻", LINK)


def test_deferred_documents_do_not_count_towards_max_documents(program: Program) -> None:
    late = past.warc_record(f"{LINK}2.xml", document(range(1)).decode(), "text/xml", "200 OK")
    (program.folder / "a.warc").write_bytes(late + warc_response(with_item(1)))
    program.run("backfill", "--from", "a.warc", "--max-documents", "2")
    assert stored_titles(program) == past.titles([1])
    assert program.run("backfill", "--resume").code == 0
    assert stored_titles(program) == past.titles(range(2))
