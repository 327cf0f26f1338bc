"""The search index agrees with a search through the texts of real feeds, on both databases."""

from __future__ import annotations

from pathlib import Path
from random import Random

from ingest.reading.html import text_of
from tests.searching import check, fill_with
from tests.site import Site
from tests.world import World

TEXTS, CHARACTERS, WORDS = 250, 3000, 200


def test_words_of_real_texts_are_found(world: World, site: Site, corpora: Path) -> None:
    chance = Random(1)
    whole = "\n".join(
        text_of(file.read_bytes().decode("utf-8", "replace"))
        for file in sorted((corpora / "feeds").iterdir())
        if file.is_file()
    )
    starts = [chance.randrange(len(whole)) for _ in range(TEXTS)]
    texts = [text_of(f"<p>{whole[start : start + CHARACTERS]}</p>") for start in starts]
    words = []
    for _ in range(WORDS):
        text = chance.choice(texts)
        start = chance.randrange(max(len(text) - 7, 1))
        words.append(text[start : start + chance.choice((1, 2, 3, 4, 7))].strip())
    fill_with(world, site, TEXTS)
    check(world, texts, [word.replace('"', "") for word in words])
