"""Reading gives the same results without the short cuts, which only save time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.reading.shortcuts import plain_html
from ingest.reading.shortcuts.split import split
from tests.support import rss

_TESTS = Path(__file__).parent
_OF_READING = (
    "cdata charset enclosed headings html html_names lead_image merging normalize parse titles"
    " untyped wxr"
).split()
# The other tests of documents compare the short cuts with the full cleaner.
_SUITES = "own_suite or gofeeds or minifluxs or real_feeds or re_encoded or attacks"


def test_the_short_cuts_are_on() -> None:
    assert split(rss().encode()) is not None
    assert plain_html.read("<p>甲</p>", None) is not None


def test_one_variable_switches_all_short_cuts_off() -> None:
    code = (
        "from ingest.reading.shortcuts import plain_feed, plain_html, split\n"
        "from ingest.reading.xml.xml_text import find_root\n"
        f"text = {rss()!r}\n"
        "print(split.split(text.encode()), plain_html.read('<p>x</p>', None),"
        " plain_feed.read(text, find_root(text)))"
    )
    assert _run([sys.executable, "-c", code]) == "None None None"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_tests_of_reading_pass_without_short_cuts() -> None:
    files = [str(_TESTS / f"test_{name}.py") for name in _OF_READING]
    _run([sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *files])


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif("GUIDANG_CORPORA" not in os.environ, reason="the public suites are elsewhere")
def test_the_public_suites_pass_without_short_cuts() -> None:
    suites = [str(_TESTS / "conformance" / "test_documents.py"), "-k", _SUITES]
    _run([sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *suites])


def _run(command: list[str]) -> str:
    """Run a program without the short cuts; return what it printed."""
    found = subprocess.run(
        command,
        env={**os.environ, "GUIDANG_SHORTCUTS": "off"},
        cwd=_TESTS.parent,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout[-4_000:] + found.stderr[-4_000:]
    return found.stdout.strip()
