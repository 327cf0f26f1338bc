"""Log lines as text and as JSON, for terminals and for the journal."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.logs import JournalFormatter, JsonFormatter, TextFormatter, printable

ROOT = Path(__file__).parents[1]


def record(message: str, **extra: str) -> logging.LogRecord:
    made = logging.LogRecord("ingest.poll", logging.WARNING, "p.py", 1, message, (), None)
    made.__dict__.update(extra)
    return made


def test_a_line_names_its_feed() -> None:
    line = TextFormatter().format(record("failed: busy", feed="江海"))
    assert line.endswith("WARNING [江海] failed: busy")


@pytest.mark.parametrize("form", [TextFormatter, JsonFormatter])
def test_times_are_in_the_configured_zone(
    form: type[TextFormatter | JsonFormatter],
) -> None:
    message = record("失败")
    message.created = 1_643_376_879.5
    shown = form(ZoneInfo("Asia/Shanghai")).format(message)
    assert "2022-01-28T21:34:39.500+08:00" in shown


def test_control_characters_cannot_forge_a_line_or_control_a_terminal() -> None:
    line = TextFormatter().format(record("a\n2026 ERROR b\x1b[31m", feed="x\ry"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\r" not in line


def test_json_lines_are_objects() -> None:
    shown = json.loads(JsonFormatter().format(record("失败", feed="江海")))
    assert (shown["level"], shown["feed"], shown["message"]) == ("warning", "江海", "失败")


def test_printable_text_is_unchanged() -> None:
    assert printable("“字” 😀 a\tb") == "“字” 😀 a b"


def test_lines_for_the_journal_begin_with_their_level() -> None:
    fault = (ValueError, ValueError("坏"), None)
    told = logging.LogRecord("ingest", logging.ERROR, "p.py", 1, "失败", (), fault)
    lines = JournalFormatter(TextFormatter()).format(told).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("<3>") for line in lines)
    assert JournalFormatter(JsonFormatter()).format(record("失败")).startswith('<4>{"time"')


@pytest.mark.parametrize(("is_journal", "begin"), [(True, "<4>"), (False, "20")])
def test_levels_are_only_written_to_the_journal(
    tmp_path: Path, is_journal: bool, begin: str
) -> None:
    program = (
        "import logging; from ingest.logs import set_up_logging; set_up_logging('info', 'text')\n"
        "logging.getLogger('ingest').warning('失败')"
    )
    with (tmp_path / "journal").open("w", encoding="utf-8") as stream:
        status = os.fstat(stream.fileno())
        stream_id = f"{status.st_dev}:{status.st_ino + (not is_journal)}"
        environment = {"JOURNAL_STREAM": stream_id, "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", program]
        subprocess.run(command, cwd=ROOT, env=environment, stderr=stream, check=True)
    assert (tmp_path / "journal").read_text("utf-8").startswith(begin)
