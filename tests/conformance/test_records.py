"""Records of the system before Guidang are imported and written without its faults."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pytest
import yaml

from tests.program import Program

SEED_KEYS = ["title", "categories", "headimg", "author", "comments", "date", "thumbnail"]
PICTURES = ("headimg", "thumbnail")
RANDOM = "picsum.photos"
PROXY = "workers.dev"
RFC_822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def front_and_body(text: str) -> tuple[dict[str, object], str, str]:
    front, body = text.lstrip("\n").removeprefix("---\n").split("\n---\n", 1)
    return yaml.load(front, Loader=yaml.BaseLoader), front, body.strip()


@pytest.fixture
def old(corpora: Path) -> dict[str, str]:
    texts = [file.read_text("utf-8") for file in sorted((corpora / "records").glob("*.md"))]
    return {str(front_and_body(text)[0]["title"]): text for text in texts}


@pytest.fixture
def program(corpora: Path, tmp_path: Path, database_url: str) -> Program:
    program = Program(tmp_path, database_url)
    program.write_config()
    program.good("backfill", "--from", str(corpora / "records"))
    return program


def records_of(program: Program) -> dict[str, Path]:
    """Return the records in the archive folder by title."""
    files = list((program.folder / "source" / "_posts").rglob("*.md"))
    found = {str(front_and_body(file.read_text("utf-8"))[0]["title"]): file for file in files}
    assert len(found) == len(files)
    return found


def test_every_record_is_imported_once(program: Program, old: dict[str, str]) -> None:
    assert records_of(program).keys() == old.keys()
    assert len(old) == 8


def test_correct_fields_are_unchanged(program: Program, old: dict[str, str]) -> None:
    for title, file in records_of(program).items():
        front, raw, body = front_and_body(file.read_text("utf-8"))
        was, _, old_body = front_and_body(old[title])
        assert file.read_text("utf-8").startswith("---\n")
        seeds = [key for key in SEED_KEYS if key in front]
        assert list(front)[: len(seeds)] == seeds
        assert (front["author"], front["categories"]) == (was["author"], was["categories"])
        if RFC_822.fullmatch(str(was["date"])):
            assert front["date"] == was["date"]
        assert body.startswith("<div>")
        assert body.endswith("</div>")
        assert "\n\n" not in body
        assert _words(body) == _words(old_body)
        assert "title: '" in raw


def test_faults_of_the_old_records_are_corrected(program: Program, old: dict[str, str]) -> None:
    for title, file in records_of(program).items():
        text = file.read_text("utf-8")
        front, _, body = front_and_body(text)
        was = front_and_body(old[title])[0]
        assert RANDOM not in text
        assert PROXY not in text
        assert RFC_822.fullmatch(str(front["date"]))
        for name in PICTURES:
            assert name not in front or str(front[name]).startswith(("http://", "https://"))
        if str(was["headimg"]).partition("?")[2].startswith("http"):
            assert front["headimg"] == str(was["headimg"]).partition("?")[2]
        assert not re.search(r"\{[{%#]|<script|<style|<iframe|javascript:|\son\w+=", body)


def test_a_second_run_writes_nothing(program: Program, corpora: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in records_of(program).values()}
    program.good("backfill", "--from", str(corpora / "records"))
    assert {file: file.stat().st_mtime_ns for file in records_of(program).values()} == before
    assert program.run("archive", "--check").code == 0


def _words(body: str) -> str:
    return "".join(lxml.html.fragment_fromstring(body, create_parent="main").text_content().split())
