"""Themes that print fields unescaped show hostile text as text and execute none of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.outputs.hexo import HexoLayout
from tests.hexo import Hexo
from tests.themes import find_hostile_markup

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

HOSTILE = json.loads((Path(__file__).parent / "data/hexo/hostile.json").read_text("utf-8"))


@pytest.mark.parametrize("theme", sorted(HexoLayout.profiles))
def test_a_theme_shows_hostile_fields_as_text(theme: str, themes: Hexo) -> None:
    # Pages of stellar never finish loading without the network.
    assert find_hostile_markup(themes, theme, HOSTILE, show=theme != "stellar") == []
