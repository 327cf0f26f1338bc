"""Recognise which program builds the site in a folder, and propose archive settings for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.config.outputs import ArchiveConfig
from ingest.messages import message
from ingest.outputs import LAYOUTS

_HUGO_SUFFIXES = ("toml", "yaml", "yml", "json")
_LONGEST = 1 << 20  # bytes; the rest of a file is ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The program that builds a site, and the archive settings for that site.

    `advice` says what to change in the settings of the program; it may be empty.
    """

    program: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Sign:
    """The files that show that a program builds a site, and the archive settings for that site."""

    program: str
    files: Sequence[str]
    settings: Mapping[str, str]


# Hexo's next major version will read an empty zone as UTC (its commit #5731).
_HEXO_ADVICE = message(
    "name your zone in _config.yml (timezone: Asia/Shanghai), and set date_style to local in "
    "config.toml; otherwise dates depend on the machine that builds the site"
)
_NIKOLA_ADVICE = message(
    "set USE_SLUGIFY = False in conf.py; otherwise Nikola stops at two tags that have the same "
    "pinyin"
)
_NO_SLUGIFY = re.compile(r"^USE_SLUGIFY\s*=\s*False", re.MULTILINE)

# The records are in their own folder, so that they are not mixed with the user's posts.
_SIGNS = (
    _Sign(
        "Hugo",
        ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default"),
        {"path": "content/feeds", "layout": "hugo"},
    ),
    _Sign("Pelican", ("pelicanconf.py",), {"path": "content/feeds", "layout": "pelican"}),
    _Sign(
        "Eleventy",
        (".eleventy.js", "eleventy.config.*"),
        {"path": "feeds", "layout": "eleventy"},
    ),
    _Sign("Astro", ("astro.config.*",), {"path": "src/content/feeds", "layout": "astro"}),
    _Sign("VitePress", (".vitepress/config.*",), {"path": "feeds", "layout": "vitepress"}),
    _Sign(
        "VitePress",
        ("docs/.vitepress/config.*",),
        {"path": "docs/feeds", "layout": "vitepress"},
    ),
    _Sign("MkDocs", ("mkdocs.yml",), {"path": "docs/blog/posts/feeds", "layout": "material"}),
    _Sign(
        "Obsidian", (".obsidian",), {"path": "feeds", "layout": "markdown", "profile": "obsidian"}
    ),
    _Sign(
        "Logseq", ("logseq",), {"path": "pages/feeds", "layout": "markdown", "profile": "logseq"}
    ),
)


def recognise_site(folder: Path) -> Site | None:
    """Return the site in a folder, or None if no known program is recognised."""
    if site := _hexo(folder) or _jekyll(folder) or _nikola(folder):
        return site
    for sign in _SIGNS:
        if any(next(folder.glob(name), None) for name in sign.files):
            return Site(program=sign.program, settings=sign.settings)
    return None


def old_hugo_settings(folder: Path) -> str | None:
    """Return the name of Hugo's settings file if it still has its old name, `config`, or None.

    Hugo would then read Guidang's `config.toml` in this folder as its own. If there is a file with
    the new name, such as `hugo.toml` (Hugo 0.110), Hugo does not read `config.toml`.
    """
    if any(next(folder.glob(f"hugo.{suffix}"), None) for suffix in _HUGO_SUFFIXES):
        return None
    names = (f"config.{suffix}" for suffix in _HUGO_SUFFIXES)
    return next((name for name in names if "baseurl" in _text(folder / name).lower()), None)


def _hexo(folder: Path) -> Site | None:
    packages = _text(folder / "package.json")
    if '"hexo"' not in packages:
        return None
    given = _settings(folder / "_config.yml")
    source = str(given.get("source_dir") or "source")
    settings: dict[str, Any] = {"path": f"{source}/_posts/feeds", "layout": "hexo"}
    if '"hexo-abbrlink"' in packages:
        # Without this key, the plugin would add it to each file, and change the dates in the file.
        settings["front_matter"] = {"abbrlink": "{id}"}
    known = [name for name in _themes(folder, given) if name in LAYOUTS["hexo"].profiles]
    if known:
        settings["profile"] = known[0]
    if zone := _zone(given.get("timezone")):
        # If Hexo's settings name a time zone, Hexo reads dates in that zone on every machine.
        settings |= {"timezone": zone, "date_style": "local"}
    return Site(program="Hexo", settings=settings, advice="" if zone else _HEXO_ADVICE)


def _themes(folder: Path, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the theme that the settings name, or else each theme with a `_config.THEME.yml`."""
    if theme := given.get("theme"):
        yield str(theme).lower().removeprefix("hexo-theme-")
        return
    for file in sorted(folder.glob("_config.*.yml")):
        yield file.name.removeprefix("_config.").removesuffix(".yml").lower()


def _zone(name: object) -> str | None:
    """Return the name if it is a valid time zone, otherwise None."""
    try:
        return ArchiveConfig(timezone=str(name)).timezone if name else None
    except ValueError:
        return None


def _jekyll(folder: Path) -> Site | None:
    if not (folder / "_config.yml").is_file() or "jekyll" not in _text(folder / "Gemfile"):
        return None
    settings = {"path": "_posts/feeds", "layout": "jekyll"}
    if zone := _zone(_settings(folder / "_config.yml").get("timezone")):
        settings["timezone"] = zone
    return Site(program="Jekyll", settings=settings)


def _nikola(folder: Path) -> Site | None:
    given = _text(folder / "conf.py")
    if "BLOG_TITLE" not in given:
        return None
    advice = "" if _NO_SLUGIFY.search(given) else _NIKOLA_ADVICE
    settings = {"path": "posts/feeds", "layout": "nikola"}
    return Site(program="Nikola", settings=settings, advice=advice)


def _settings(file: Path) -> Mapping[str, Any]:
    """Return the settings in a YAML file, or an empty mapping if it cannot be read."""
    try:
        read = yaml.safe_load(_text(file))
    except yaml.YAMLError:
        return {}
    return read if isinstance(read, dict) else {}


def _text(file: Path) -> str:
    """Return a file's text, or an empty string if the file cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
