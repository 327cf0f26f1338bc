"""`guidang backfill --from`: files of all kinds, other files beside them, and damaged files."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from ingest.errors import Unreadable
from ingest.sources.past.files import Files
from ingest.sources.past.source import Window
from tests import past
from tests.program import Program
from tests.support import rss
from tests.test_backfill import make_program, passes_checks, stored_titles

LINK = "https://news.example.cn/"


def document(numbers: range) -> bytes:
    return rss(*(past.dated_item(n) for n in numbers)).encode()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return make_program(tmp_path, "", "", f"{LINK}feed")


def tar_of(members: dict[str, bytes], mode: str = "w") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return packed.getvalue()


def test_one_from_option_takes_several_paths(tmp_path: Path, program: Program) -> None:
    for part in range(3):
        (tmp_path / f"{part}.xml").write_bytes(document(range(part * 2, part * 2 + 2)))
    program.good("backfill", "--from", "0.xml", "1.xml", "2.xml", "--feed", "1")
    assert stored_titles(program) == past.titles(range(6))


def test_documents_from_before_a_site_moved_add_no_duplicates(
    tmp_path: Path, program: Program
) -> None:
    """The old link becomes another link of the entry; the present link stays."""
    new = rss(*(past.dated_item(n) for n in range(3)))
    old = new.replace("/news.example.cn/a/", "/alt.example.cn/a/").replace("<guid>", "<guid>alt-")
    for name, body in (("new.xml", new), ("old.xml", old)):
        (tmp_path / name).write_text(body, "utf-8")
        program.good("backfill", "--from", name, "--feed", "1")
    assert stored_titles(program) == past.titles(range(3))
    link = "https://alt.example.cn/a/1.html"
    entry = json.loads(program.good("entries", "show", link, "--json"))
    assert (entry["link"], entry["other_links"]) == (f"{LINK}a/1.html", [link])


@pytest.mark.parametrize(
    ("mode", "others"), [("w", 300), ("w:gz", 300), ("w:bz2", 300), ("w:xz", 2400)]
)
def test_a_tar_of_many_members_is_read(
    tmp_path: Path, program: Program, mode: str, others: int
) -> None:
    members = {f"old/{n}.txt": b"" for n in range(others)}
    members |= {f"old/{n}.xml.gz": gzip.compress(document(range(n, n + 1))) for n in range(3)}
    members["old/.hidden.xml"] = document(range(9, 10))
    (tmp_path / "old.tar").write_bytes(tar_of(members, mode))
    result = program.run("backfill", "--from", "old.tar", "--feed", "1", "--json", timeout=300)
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(3))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_members_before_damage_in_a_tar_are_kept(
    tmp_path: Path, program: Program, mode: str
) -> None:
    chance = random.Random(1)
    members = {f"{n}.xml": document(range(n, n + 1)) for n in range(2)}
    members |= {f"{n}.txt": chance.randbytes(200_000).hex().encode() for n in range(2)}
    packed = bytearray(tar_of(members | {"z.xml": document(range(2, 3))}, mode))
    damage = packed.index(b"1.txt") if mode == "w" else 300_000
    packed[damage : damage + 9] = b"\xff" * 9
    (tmp_path / "old.tar").write_bytes(packed)
    result = program.run("backfill", "--from", "old.tar", "--feed", "1", "--json")
    assert (result.code, bool(json.loads(result.out)["missing"])) == (1, True)
    assert set(past.titles(range(2))) <= set(stored_titles(program))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_all_versions_of_one_name_in_a_zip_are_read(tmp_path: Path, program: Program) -> None:
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for number in range(3):
            archive.writestr("feed.xml", document(range(number, number + 1)))
    program.good("backfill", "--from", "old.zip", "--feed", "1")
    assert stored_titles(program) == past.titles(range(3))


def test_a_replaced_zip_is_reported_as_missing(tmp_path: Path, program: Program) -> None:
    old = tmp_path / "old.zip"
    members = {f"{n}.xml": document(range(n, n + 1)) for n in range(4)}
    old.write_bytes(zip_of(members))
    program.run("backfill", "--from", "old.zip", "--feed", "1", "--max-documents", "2")
    old.write_bytes(zip_of({"0.xml": members["0.xml"], "z.xml": b"", "2.xml": members["2.xml"]}))
    result = program.run("backfill", "--resume", "--json")
    reasons = [one["reason"] for one in json.loads(result.out)["missing"]]
    assert (result.code, len(reasons)) == (1, 2)
    assert set(reasons) == {"cannot be read: the packed file has changed since the run began"}
    assert stored_titles(program) == past.titles([0, 2])


def test_a_replaced_tar_is_reported_as_missing(tmp_path: Path, program: Program) -> None:
    old = tmp_path / "old.tar"
    members = {f"{n}.xml": document(range(n, n + 1)) for n in range(4)}
    old.write_bytes(tar_of(members))
    program.run("backfill", "--from", "old.tar", "--feed", "1", "--max-documents", "2")
    old.write_bytes(tar_of({"0.xml": members["0.xml"], "z.xml": b"z" * 9000}))
    result = program.run("backfill", "--resume", "--json")
    reasons = [one["reason"] for one in json.loads(result.out)["missing"]]
    assert (result.code, len(reasons)) == (1, 3)
    assert set(reasons) == {"cannot be read: the packed file has changed since the run began"}
    assert stored_titles(program) == past.titles([0])


def test_all_versions_of_one_name_in_a_tar_are_read(tmp_path: Path, program: Program) -> None:
    bodies = [document(range(n, n + 1)) for n in range(2)]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for body in bodies:
            member = tarfile.TarInfo("feed.xml")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    (tmp_path / "old.tar").write_bytes(packed.getvalue())
    program.good("backfill", "--from", "old.tar", "--feed", "1")
    assert stored_titles(program) == past.titles(range(2))


def test_an_archive_within_an_archive_is_reported_as_missing(
    tmp_path: Path, program: Program
) -> None:
    inner = {"in.zip": zip_of({"b.xml": document(range(1, 2))}), "a.xml": document(range(1))}
    (tmp_path / "old.zip").write_bytes(zip_of(inner))
    result = program.run("backfill", "--from", "old.zip", "--feed", "1")
    assert result.code == 1
    assert "it is a packed file within a packed file" in result.out
    assert stored_titles(program) == past.titles([0])


@pytest.mark.parametrize("name", ["feeds.opml", "subscriptions.xml", "all.zip", "all.tar.gz"])
def test_an_opml_file_beside_documents_adds_its_feeds(tmp_path: Path, name: str) -> None:
    opml = f'<opml version="2.0"><body><outline xmlUrl="{LINK}feed" text="江海新闻"/></body></opml>'
    folder = tmp_path / "old"
    folder.mkdir()
    members = {"a.xml": document(range(2)), "z.opml": opml.encode()}
    match name:
        case "all.zip":
            (folder / name).write_bytes(zip_of(members))
        case "all.tar.gz":
            (folder / name).write_bytes(tar_of(members, "w:gz"))
        case _:
            (folder / "a.xml").write_bytes(members["a.xml"])
            (folder / name).write_text(opml)
    program = make_program(tmp_path)
    assert "a.xml" in program.good("backfill", "--from", "old", "--dry-run") or "all" in name
    assert json.loads(program.good("feeds", "list", "--json")) == []  # a dry run adds no feed
    program.good("backfill", "--from", "old")
    assert stored_titles(program) == past.titles(range(2))


def test_a_broken_opml_file_does_not_stop_the_run(tmp_path: Path, program: Program) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "feeds.opml").write_text("<opml><body></body></opml>")
    (tmp_path / "old" / "a.xml").write_bytes(document(range(2)))
    result = program.run("backfill", "--from", "old", "--feed", "1")
    assert (result.code, "lists no feeds" in result.err) == (0, True), result
    assert stored_titles(program) == past.titles(range(2))


def test_a_dry_run_prints_json(tmp_path: Path, program: Program) -> None:
    for part in range(3):
        (tmp_path / f"{part}.xml").write_bytes(document(range(part, part + 1)))
    arguments = ["--from", ".", "--dry-run", "--json", "--max-documents", "1"]
    (first,) = json.loads(program.good("backfill", *arguments))
    assert (first["source"], first["error"]) == ("files", None)
    assert Path(first["address"]).parent == tmp_path


@pytest.mark.parametrize("form", ["gz", "zip", "tar.gz"])
def test_decompression_bombs_are_reported_and_take_bounded_memory(
    tmp_path: Path, program: Program, form: str
) -> None:
    bomb, file = tmp_path / "bomb.xml", tmp_path / f"packed.{form}"
    bomb.write_bytes(b"<rss><channel>")
    os.truncate(bomb, 300 << 20)
    match form:
        case "gz":
            with bomb.open("rb") as plain, gzip.open(file, "wb", 1) as packed:
                shutil.copyfileobj(plain, packed)
        case "zip":
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(bomb, "bomb.xml")
        case "tar.gz":
            with tarfile.open(file, "w:gz") as tar:
                tar.add(bomb, "bomb.xml")
    bomb.unlink()
    result = program.run("backfill", "--from", str(file), "--feed", "1", "--json")
    assert result.code == 1
    assert "more than 64 MiB" in json.loads(result.out)["missing"][0]["reason"]
    tracemalloc.start()
    with pytest.raises(Unreadable):
        asyncio.run(take_all(file))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200 << 20  # the bomb has 300 MiB


async def take_all(file: Path) -> None:
    with contextlib.closing(Files([file], Window())) as source:
        waiting = list(await source.plan())
        while waiting:
            waiting += (await source.take(waiting.pop())).more


def write_all_kinds(folder: Path) -> list[str]:
    """Write files of all kinds, one of them large; return the titles of their entries."""
    folder.mkdir()
    (folder / "big.xml").write_bytes(document(range(500)))
    (folder / "a.tar.gz").write_bytes(
        tar_of({f"{n}.xml": document(range(n, n + 3)) for n in range(500, 520)}, "w:gz")
    )
    (folder / "b.zip").write_bytes(
        zip_of({f"{n}.xml": document(range(n, n + 3)) for n in range(520, 540)})
    )
    for number in range(600, 630):
        link = f"source_url: '{LINK}a/{number}.html'\n" if number % 2 else ""
        front = f"title: '{past.title_of(number)}'\ndate: 2020-01-02 08:00:00\n{link}"
        (folder / f"{number}.md").write_text(f"---\n{front}---\n\n第{number}条。\n", "utf-8")
    answers = [(f"{LINK}feed", document(range(n, n + 2)).decode()) for n in range(700, 720)]
    (folder / "c.warc.gz").write_bytes(
        b"".join(
            gzip.compress(past.warc_record(*answer, "application/rss+xml", "200 OK"))
            for answer in answers
        )
    )
    return past.titles([*range(542), *range(600, 630), *range(700, 721)])


@pytest.mark.parametrize(
    "kills", [2, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_a_killed_run_over_files_continues_where_it_stopped(
    tmp_path: Path, database_url: str, kills: int
) -> None:
    titles = write_all_kinds(tmp_path / "old")
    program = make_program(tmp_path, database_url, "", f"{LINK}feed")
    arguments = ["backfill", "--from", str(tmp_path / "old"), "--feed", "1"]
    chance = random.Random(kills)
    printed: list[str] = []
    for _ in range(kills):
        process = subprocess.Popen(
            program.command(*arguments),
            cwd=tmp_path,
            env=program.environment() | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout as stdout:
            printed += [stdout.readline() for _ in range(chance.randrange(4))]
            process.kill()
        process.wait()
    result = program.run(*arguments, "--json", timeout=300)
    assert result.code == 0, result
    (line,) = (one for one in json.loads(result.out)["lines"] if one["feed"])
    assert (line["new"], line["earlier"], line["edited"]) == (len(titles), 0, 0)
    assert stored_titles(program) == titles
    done = [line for line in printed if line.startswith("✓")]
    assert len(done) == len(set(done))  # a document reported as done is not read again
    assert passes_checks(program)

    again = json.loads(program.run(*arguments, "--json", timeout=300).out)
    assert all(one["new"] == one["earlier"] == one["edited"] == 0 for one in again["lines"])


def warc_response(
    body: bytes, *headers: str, version: str = "1.1", content_type: str = "application/rss+xml"
) -> bytes:
    """Return the WARC record of a response with a feed, as crawlers write it."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", *headers])
    answer = f"{head}\r\n\r\n".encode() + body
    fields = [
        f"WARC/{version}",
        "WARC-Type: response",
        f"WARC-Target-URI: {LINK}feed",
        "WARC-Date: 2021-05-01T00:00:00.123456789Z",
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(answer)}",
    ]
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + answer + b"\r\n\r\n"


def encode_chunked(body: bytes) -> bytes:
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("is_packed", [True, False])
def test_responses_with_transfer_and_content_codings_are_decoded(
    tmp_path: Path, program: Program, is_packed: bool
) -> None:
    bodies = [document(range(n, n + 1)) for n in range(4)]
    records = [
        b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
        warc_response(bodies[0], version="1.0"),
        warc_response(encode_chunked(bodies[1]), "Transfer-Encoding: chunked"),
        warc_response(gzip.compress(bodies[2]), "Content-Encoding: gzip"),
        warc_response(
            encode_chunked(gzip.compress(bodies[3])),
            "Content-Encoding: gzip",
            "Transfer-Encoding: chunked",
        ),
    ]
    packed = [gzip.compress(one) for one in records] if is_packed else records
    file = tmp_path / ("crawl.warc.gz" if is_packed else "crawl.warc")
    file.write_bytes(b"".join(packed))
    result = program.run("backfill", "--from", str(file))
    assert result.code == 0, result
    assert stored_titles(program) == past.titles(range(4))


@pytest.mark.parametrize("lost", [150, 300])
@pytest.mark.parametrize("is_packed", [True, False])
def test_complete_records_of_a_truncated_warc_file_are_read(
    tmp_path: Path, program: Program, lost: int, is_packed: bool
) -> None:
    records = [warc_response(document(range(n, n + 1))) for n in range(3)]
    packed = [gzip.compress(one) for one in records] if is_packed else records
    file = tmp_path / ("cut.warc.gz" if is_packed else "cut.warc")
    file.write_bytes(b"".join(packed)[:-lost])
    result = program.run("backfill", "--from", str(file))
    assert result.code == 1, result
    assert "it breaks off within a record" in result.out
    assert stored_titles(program)[:2] == past.titles(range(2))


def test_file_names_in_gbk_are_stored_and_found_again(tmp_path: Path, program: Program) -> None:
    old = tmp_path / os.fsdecode("旧".encode("gbk"))
    old.mkdir()
    for number, name in enumerate(["旧闻.xml".encode(), "旧闻.xml".encode("gbk"), b"\xff.xml"]):
        (old / os.fsdecode(name)).write_bytes(document(range(number, number + 1)))
    packed = zip_of({"a.xml": document(range(3, 4))})
    (old / os.fsdecode("包.zip".encode("gbk"))).write_bytes(packed)
    crawl = warc_response(document(range(4, 5)))
    (old / os.fsdecode("爬.warc".encode("gbk"))).write_bytes(crawl)
    with tarfile.open(
        tmp_path / "旧.tar", "w", format=tarfile.GNU_FORMAT, encoding="gbk"
    ) as archive:
        member = tarfile.TarInfo("旧/闻.xml")
        member.size = len(document(range(5, 6)))
        archive.addfile(member, io.BytesIO(document(range(5, 6))))
    arguments = ["--from", str(tmp_path), "--feed", "1"]
    assert "/旧/旧闻.xml" in program.good("backfill", *arguments, "--dry-run")
    assert program.run("backfill", *arguments, "--max-documents", "3").code == 1
    result = program.run("backfill", "--resume")
    assert "旧/闻.xml" in result.out
    assert stored_titles(program) == past.titles(range(6))


def test_links_pipes_and_closed_folders_are_reported_as_missing(
    tmp_path: Path, program: Program
) -> None:
    old, elsewhere = tmp_path / "old", tmp_path / "elsewhere"
    for folder in (old / "closed", old / ".hidden", elsewhere):
        folder.mkdir(parents=True)
        (folder / "b.xml").write_bytes(document(range(1, 2)))
    (old / "a.xml").write_bytes(document(range(1)))
    (old / "closed").chmod(0)
    (old / "dead.xml").symlink_to(tmp_path / "nowhere")
    (old / "linked").symlink_to(elsewhere)
    (old / "loop").symlink_to(old)
    os.mkfifo(old / "pipe.xml")
    arguments = ["--from", "old", "--feed", "1", "--json"]
    result = program.run("backfill", *arguments, powerless=True)
    assert result.code == 1, result
    reasons = {
        Path(one["address"]).name: one["reason"] for one in json.loads(result.out)["missing"]
    }
    (old / "closed").chmod(0o700)
    assert "Permission denied" in reasons.pop("closed")
    assert reasons == {
        "dead.xml": "cannot be read: it is a link to nothing",
        "linked": "cannot be read: it is a link to a folder, which is not followed",
        "loop": "cannot be read: it is a link to a folder, which is not followed",
        "pipe.xml": "cannot be read: it is no file",
    }
    assert stored_titles(program) == past.titles([0])
    program.run("backfill", "--resume")
    assert stored_titles(program) == past.titles([0, 1])


def test_an_export_that_names_no_feed_needs_the_name_of_one(
    tmp_path: Path, program: Program
) -> None:
    """Other JSON files are skipped."""
    (tmp_path / "takeout").mkdir()
    export = {"items": [{"title": "t", "summary": {"content": "x"}, "crawlTimeMsec": "1"}]}
    (tmp_path / "takeout" / "starred.json").write_text(json.dumps(export), "utf-8")
    (tmp_path / "takeout" / "settings.json").write_text("{}", "utf-8")
    result = program.run("backfill", "--from", "takeout", "--json")
    report = json.loads(result.out)
    assert (result.code, len(report["missing"]), len(report["passed_over"])) == (1, 1, 1)
    assert "or name one feed for all with --feed" in str(report["missing"])
    program.good("backfill", "--from", "takeout", "--feed", "1")
    assert stored_titles(program) == ["t"]
