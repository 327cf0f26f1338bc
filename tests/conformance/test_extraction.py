"""The article extracted from each page, compared with one marked by a person."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.reading.dates import SHANGHAI, resolve_date
from ingest.reading.documents import charset
from ingest.reading.extract.article import extract_article
from ingest.values import Article
from tests.conformance.conftest import Mean, Score

UNKNOWN = "UNKNOWN"


@pytest.fixture(scope="module")
def articles(corpora: Path) -> dict[str, Article | None]:
    pages = sorted((corpora / "extraction" / "original").iterdir())
    return {page.stem: extracted(page) for page in pages}


def extracted(page: Path) -> Article | None:
    text = charset.decode(page.read_bytes(), None).text
    return extract_article(text, url=f"https://news.example.cn/{page.name}")


def label(corpora: Path, kind: str, name: str) -> str:
    (file,) = (corpora / "extraction" / kind).glob(f"{name}.*")
    return charset.decode(file.read_bytes(), None).text.strip()


def test_the_text_of_articles_is_extracted(
    corpora: Path, articles: dict[str, Article | None], mean: Mean
) -> None:
    """The score is the mean F1 of multisets of character 4-grams, without white space."""
    values = {
        name: f1(article.text if article else "", label(corpora, "cleaned", name))
        for name, article in articles.items()
    }
    mean("extraction", values)


def f1(ours: str, theirs: str) -> float:
    found, wanted = grams(ours), grams(theirs)
    together = found.total() + wanted.total()
    return 2 * (found & wanted).total() / together if together else 1.0


def grams(text: str) -> Counter[str]:
    text = "".join(text.split())
    return Counter(text[start : start + 4] for start in range(len(text) - 3))


def test_the_dates_of_articles_are_extracted(
    corpora: Path, articles: dict[str, Article | None], score: Score
) -> None:
    wrong = []
    for name, article in articles.items():
        wanted = label(corpora, "date", name)
        if wanted != UNKNOWN and day(article and article.published) != day(wanted):
            wrong.append(f"{name}: {article and article.published!r}, expected {wanted!r}")
    score("extraction-dates", len(articles), wrong)


def day(raw: str | None) -> str | None:
    found = resolve_date(raw, first_seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    return found and found.at.astimezone(SHANGHAI).date().isoformat()


def test_the_authors_of_articles_are_extracted(
    corpora: Path, articles: dict[str, Article | None], score: Score
) -> None:
    """A wrong name counts as an error; a name that is not found does not."""
    wrong = []
    for name, article in articles.items():
        wanted, found = label(corpora, "author", name), article and article.author
        if found and wanted != UNKNOWN and wanted not in found and found not in wanted:
            wrong.append(f"{name}: {found!r}, expected {wanted!r}")
    score("extraction-authors-not-wrong", len(articles), wrong)
