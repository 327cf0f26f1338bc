from __future__ import annotations

import json
import logging

from ingest.logs import JsonFormatter, TextFormatter, printable


def record(message: str, **extra: str) -> logging.LogRecord:
    made = logging.LogRecord("ingest.pipeline", logging.WARNING, "p.py", 1, message, (), None)
    made.__dict__.update(extra)
    return made


def test_the_feed_stands_on_the_line() -> None:
    line = TextFormatter().format(record("failed: busy", feed="江海"))
    assert line.endswith("WARNING [江海] failed: busy")


def test_text_from_outside_cannot_forge_a_line_or_steer_a_terminal() -> None:
    line = TextFormatter().format(record("a\n2026 ERROR b\x1b[31m", feed="x\ry"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\r" not in line


def test_json_lines_are_objects() -> None:
    shown = json.loads(JsonFormatter().format(record("失败", feed="江海")))
    assert (shown["level"], shown["feed"], shown["message"]) == ("warning", "江海", "失败")


def test_what_is_printable_stays() -> None:
    assert printable("“字” 😀 a\tb") == "“字” 😀 a b"
