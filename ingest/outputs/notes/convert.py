"""Convert clean HTML to Markdown that shows the same text, in CommonMark and in note apps.

The library html-to-markdown does the conversion. Before that, the tree is changed where Markdown
would show a different text. The character `_MARK` is put before characters that are special in note
apps; after the conversion, a backslash replaces it.
"""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from ingest.outputs.notes.emphasis import settle_emphasis

# Unicode reserves this character for internal use, so no text contains it.
_MARK = "\ufdd0"
# The library escapes the syntax of CommonMark. This is the syntax of Obsidian, Logseq and plugins:
# templates, macros, block references, properties, comments, formulas, footnotes and block ids.
_SIGNS = re.compile(r"\{(?=[{%])|(?<=[{%])\}|\((?=\()|:(?=:)|%(?=%)|[$^]")
_CODE = frozenset({"code", "pre", "kbd", "samp", "tt"})
# The plugin Dataview runs inline code that begins with `=` or `$=`.
_RUNS = re.compile(r"\s*\$?=")
_IN_ADDRESS = re.compile(r"[\s\[\]()<>|\\`^{}]")
_LANGUAGE = re.compile(r"\b(?:lang|language|highlight-source)-([\w+#-]+)")
# Plugins run code in some languages (`dataviewjs`, `query`, `button`), so only the names of the
# languages in this list are kept.
_LANGUAGES = frozenset(
    """
    bash c c# c++ clojure cpp cs csharp css dart diff docker dockerfile elixir erlang fortran go
    graphql groovy haskell html ini java javascript js json json5 jsx julia kotlin latex lisp lua
    makefile markdown matlab md nginx nix objective-c ocaml perl php powershell proto protobuf py
    python r rb rs ruby rust scala scss sh shell sql svelte swift toml ts tsx typescript vim vue
    xml yaml yml zig zsh
    """.split()
)


def markdown_of(fragment: str) -> str:
    """Return clean HTML as Markdown, without blank lines at its ends."""
    if not fragment:
        return ""
    from html_to_markdown import ConversionOptions, convert

    options = ConversionOptions(
        escape_misc=True,
        escape_asterisks=True,
        escape_underscores=True,
        expand_abbreviations=False,
        extract_metadata=False,
        highlight_style="none",
    )
    tree = lxml.html.fragment_fromstring(fragment.replace(_MARK, ""), create_parent="div")
    _prepare(tree)
    text = convert(etree.tostring(tree, encoding="unicode", method="html"), options).content or ""
    return text.replace(_MARK, "\\").strip("\n")


def _prepare(tree: lxml.html.HtmlElement) -> None:
    for player in tree.xpath("//p[contains(@class, 'enclosure')]/*[not(self::a)]"):
        player.drop_tree()  # The link beside it names the file.
    for element in list(tree.iterdescendants()):
        if element.tag in _CODE:
            _settle_code(element)
        _settle_attributes(element)
    settle_emphasis(tree)
    _mark_signs(tree)


def _mark_signs(element: lxml.html.HtmlElement) -> None:
    """Put `_MARK` before each character that is syntax in note apps (`_SIGNS`), except in code."""
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walker:
        if event == "end":
            inner.tail = inner.tail and _SIGNS.sub(rf"{_MARK}\g<0>", inner.tail)
        elif inner.tag in _CODE:
            walker.skip_subtree()
        else:
            inner.text = inner.text and _SIGNS.sub(rf"{_MARK}\g<0>", inner.text)


def _settle_code(element: lxml.html.HtmlElement) -> None:
    """Convert inline code to text if a plugin would run it.

    Otherwise, delete all attributes of the element except the name of a known language.
    """
    if element.tag != "pre" and _RUNS.match(element.text_content()):
        element.drop_tag()
        return
    language = _LANGUAGE.search(element.get("class", ""))
    known = language is not None and language[1].lower() in _LANGUAGES
    element.attrib.clear()
    if known and language:
        element.set("class", f"language-{language[1]}")


def _settle_attributes(element: lxml.html.HtmlElement) -> None:
    for name in ("href", "src"):
        if address := element.get(name):
            element.set(name, _IN_ADDRESS.sub(_percent, address.strip()))
    for name in ("alt", "title"):
        if text := element.get(name):
            element.set(name, " ".join(text.split()).replace("<", f"{_MARK}<"))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
