"""Labelled tables of Chinese cases, in the folder `cases` beside the public suites."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.reading import language, titles
from ingest.reading.dates import resolve_date
from ingest.reading.documents import charset
from ingest.reading.documents.parse import parse
from ingest.reading.entries import lead_image
from ingest.reading.entries.body import Fragment
from ingest.reading.html import text_of
from ingest.values import Enclosure, ImageField, ImageKind
from tests.conformance.conftest import Score

Row = dict[str, Any]


@pytest.fixture
def cases(corpora: Path) -> Path:
    return corpora.parent / "cases"


def rows(file: Path) -> list[Row]:
    if file.suffix == ".tsv":
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    table: list[Row] = json.loads(file.read_text("utf-8"))["rows"]
    return table


def test_undeclared_encodings_are_detected(cases: Path, score: Score) -> None:
    table = rows(cases / "charset_detect.json")
    score("charset_detect", len(table), [row["id"] for row in table if not reads_truth(row)])


def reads_truth(row: Row) -> bool:
    text = charset.decode(base64.b64decode(row["bytes_b64"])).text
    truth: str = row["truth"]
    return truth in text if row.get("match") == "contains" else truth == text


def test_feeds_with_conflicting_encoding_labels_give_their_titles(
    cases: Path, score: Score
) -> None:
    table = rows(cases / "charset_feed_matrix.json")
    score("charset_feed_matrix", len(table), [row["label"] for row in table if not gives(row)])


def gives(row: Row) -> bool:
    body = base64.b64decode(row["body_b64"])
    feed = parse(body, content_type=row["content_type"] or None, url="https://example.org/")
    found = [text_of(entry.title) for entry in feed.entries]
    if row["label"].startswith("damage:"):  # the first title may hold one character more
        return len(found) == len(row["titles"]) and all(
            set(wanted) <= set(title) for title, wanted in zip(found, row["titles"], strict=True)
        )
    return found == row["titles"]


def test_dates_are_parsed_and_few_are_wrong(cases: Path, score: Score) -> None:
    table = rows(cases / "dates.tsv")
    verdicts = {row["id"]: dated(row) for row in table}
    score("dates", len(table), [name for name, verdict in verdicts.items() if verdict != "right"])
    wrong = [name for name, verdict in verdicts.items() if verdict == "wrong"]
    score("dates-silently-wrong", len(table), wrong)


def dated(row: Row) -> str:
    seen = datetime.fromisoformat(row["ref_now"])
    found = resolve_date(row["text"], first_seen_at=seen, zone=ZoneInfo(row["default_tz"]))
    if found is None:
        return "missed" if row["expected_utc"] else "right"
    if not row["expected_utc"]:
        return "wrong"
    away = abs((found.at - datetime.fromisoformat(row["expected_utc"])).total_seconds())
    return "right" if away <= float(row["tolerance_s"]) else "wrong"


def test_lead_images_are_chosen_correctly(cases: Path, score: Score) -> None:
    table = rows(cases / "lead_image.json")
    score("lead_image", len(table), [row["id"] for row in table if not chooses(row)])


def chooses(row: Row) -> bool:
    fields = row["fields"]
    enclosures = [
        Enclosure(url=one["href"], media_type=one.get("type"))
        for one in fields.get("enclosures", ())
    ]
    channel = [fields["feed_image"]] if fields.get("feed_image") else []
    found = lead_image.choose(
        list(image_fields(fields)),
        enclosures,
        Fragment(row["html"], base_url=row["base_url"]),
        page_image=fields.get("og_image"),
        channel_images=channel,
    )
    return (found or "") == row["expect"]


def image_fields(fields: Row) -> Iterator[ImageField]:
    kinds = {"media_content": ImageKind.MEDIA_CONTENT, "media_thumbnail": ImageKind.MEDIA_THUMBNAIL}
    for name, kind in kinds.items():
        for one in fields.get(name, ()):
            yield ImageField(
                url=one["url"],
                kind=kind,
                media_type=one.get("type"),
                medium=one.get("medium"),
                width=int(one["width"]) if one.get("width") else None,
                height=int(one["height"]) if one.get("height") else None,
            )


def test_titles_are_cleaned_and_compared_by_key(cases: Path, score: Score) -> None:
    table = rows(cases / "titles.json")
    score("titles", len(table), [row["id"] for row in table if not titled(row)])


def titled(row: Row) -> bool:
    shown = titles.display_title(row["raw"], feed_title=row["feed_title"])
    key = titles.title_key(shown)
    return row["expect_title"] in {"", shown} and row["expect_key"] in {"", key}


def test_boilerplate_lines_are_recognized(cases: Path, score: Score) -> None:
    table = rows(cases / "boilerplate_lines.json")
    wrong = [
        row["line"]
        for row in table
        if language.is_boilerplate(row["line"]) != (row["drop_from_key"] == "1")
    ]
    score("boilerplate_lines", len(table), wrong)
