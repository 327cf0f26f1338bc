"""Cleaning leaves nothing executable in hostile HTML, nor in fields that a theme prints raw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest

from ingest.reading.entries.body import clean
from ingest.reading.html.mathml import ELEMENTS
from tests.conformance.conftest import Score
from tests.hexo import Hexo
from tests.themes import find_hostile_markup

ACTIVE = frozenset(
    "script style object embed applet base form input button textarea select link meta svg "
    "frame frameset template noscript portal".split()
)
ADDRESSES = frozenset("href src srcset poster action formaction background cite longdesc".split())
SAFE_SCHEMES = frozenset("http https mailto tel ftp magnet ed2k thunder".split())


def test_no_payload_stays_active(corpora: Path, score: Score) -> None:
    payloads = payloads_of(corpora)
    left = [
        f"{what} of {payload_of(payload)!r}"
        for payload in payloads
        for what in dangers(clean(payload_of(payload), base_url="https://news.example.cn/"))
    ]
    score("attacks-xss", len(payloads), left)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("theme", ["fluid", "next", "redefine", "volantis"])
def test_no_payload_in_a_field_stays_active(
    theme: str, corpora: Path, score: Score, themes: Hexo
) -> None:
    texts = [payload_of(payload) for payload in payloads_of(corpora)]
    score(f"attacks-{theme}", len(texts), find_hostile_markup(themes, theme, texts, show=False))


def payloads_of(corpora: Path) -> list[dict[str, str]]:
    lines = (corpora / "attacks/xss.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def payload_of(payload: dict[str, str]) -> str:
    return payload["payload"]


def dangers(html: str) -> Iterator[str]:
    if not html.strip():
        return
    for element in lxml.html.fragment_fromstring(html, create_parent="div").iter():
        if not isinstance(element.tag, str):
            yield "a comment or instruction"
            continue
        if element.tag in ACTIVE or not ELEMENTS.issuperset(in_formula(element)):
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            yield from dangers_of_attribute(str(name), str(value))


def in_formula(element: lxml.html.HtmlElement) -> set[str]:
    return {str(inner.tag) for inner in element.iter()} if element.tag == "math" else set()


def dangers_of_attribute(name: str, value: str) -> Iterator[str]:
    if name.startswith("on") or name == "srcdoc":
        yield name
    if name in ADDRESSES:
        scheme = urlsplit("".join(value.split())).scheme.lower()
        raster = value.startswith(("data:image/png", "data:image/jpeg", "data:image/gif"))
        if scheme and scheme not in SAFE_SCHEMES and not (name == "src" and raster):
            yield f"{name}={value[:40]}"
    folded = "".join(value.lower().split())
    if name == "style" and any(word in folded for word in ("expression(", "url(", "javascript:")):
        yield f"style={value[:40]}"
