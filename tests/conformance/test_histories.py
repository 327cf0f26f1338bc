"""Recorded histories of feeds, polled state by state: no loss, no duplicate, no false edit."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from tests.conformance.conftest import Score
from tests.site import Site
from tests.world import World

FEEDS = ["bilibili", "infzm", "jike"]
LINE_END = re.compile(r"<br\s*/?>|</p>")
TAG = re.compile(r"<[^>]*>")
# The changing ends of lines in these three feeds: "2小时前" or "06-21", "25评论".
TAIL = re.compile(r"(?:刚刚|\d+(?:分钟|小时|天)前|昨天|\d\d-\d\d)? *(?:\d+评论)?$")


@pytest.mark.parametrize("name", FEEDS)
def test_a_history_is_stored_without_loss_duplicates_or_false_edits(
    corpora: Path, tmp_path: Path, sqlite_url: str, score: Score, name: str
) -> None:
    folder = corpora / "histories" / name
    gold = json.loads((folder / "GOLD.json").read_text("utf-8"))
    states = [(folder / f"{n:04}.xml").read_bytes() for n in range(len(gold["revisions"]))]
    world = World(tmp_path, sqlite_url)
    with Site() as site:
        feed = world.add(site.url("/feed"))
        for state, body in zip(gold["revisions"], states, strict=True):
            world.clock.at = datetime.fromtimestamp(state["time"], UTC)
            site.set("/feed", body)
            world.poll(feed)
    kept = world.entries()

    found = Counter(entry["guid"] or entry["link"] for entry in kept)
    items = [item["key"] for item in gold["items"]]
    wrong = [f"{key}: kept {found[key]} times" for key in items if found[key] != 1]
    wrong += [f"{key}: is no item" for key in found.keys() - set(items)]
    score(f"histories-items-{name}", len(items), wrong)

    expected = edits(states)
    revisions = {entry["guid"] or entry["link"]: entry["revisions"] for entry in kept}
    false = [
        f"{key}: {revisions[key]} revisions, {expected[key]} edits"
        for key in items
        if revisions.get(key) != expected[key]
    ]
    score(f"histories-edits-{name}", len(items), false)


def edits(states: list[bytes]) -> Counter[str]:
    """Count how often the text of each item changes, without the changing ends of lines."""
    texts: dict[str, tuple[str, str]] = {}
    edited: Counter[str] = Counter()
    for body in states:
        for item in etree.fromstring(body).iter("item"):
            key = item.findtext("guid") or item.findtext("link") or ""
            now = words(item.findtext("title") or ""), words(item.findtext("description") or "")
            edited[key] += key in texts and texts[key] != now
            texts[key] = now
    return edited


def words(text: str) -> str:
    lines = TAG.sub(" ", LINE_END.sub("\n", html.unescape(text))).splitlines()
    return "".join("".join(TAIL.sub("", line.strip()).split()) for line in lines)
