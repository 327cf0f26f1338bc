"""Merges texts that partly repeat each other, so that nothing is lost or repeated.

A feed often gives an article and its summary. Most summaries repeat a part of the article.
Sentences that only the summary has are put before the article, or after it if they follow a
sentence that both have.
"""

from __future__ import annotations

import html
import re
from itertools import pairwise

from ingest.reading.html.text import text_of
from ingest.reading.language import invites_to_read_on

_UNSEEN_BEGINS = re.compile(r"<!--|<(?:script|style)\b", re.IGNORECASE)
_UNSEEN_ENDS = re.compile(r"-->|</(?:script|style)\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NO_LETTER = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[。！？!?；;…\n]+[”’」』）)\]]*|\.{3,}|(?<=[^\W\d])\.(?=\s|$)")
_APPEARED = re.compile(
    r"the post .{1,300} (?:first appeared|appeared first) on .{1,200}|.{1,300}最先出现在.{1,200}"
    r"|[\s»(（]*共\d+字[)）]?",
    re.IGNORECASE,
)
_LAST_LINK = re.compile(r"<a\b[^<>]*>([^<>]{1,100})</a>(?:\s{0,9}</\w{1,9}>){0,9}\s{0,99}\Z")
_MOST_SENTENCES = 2_000  # A summary with more sentences is not compared sentence by sentence.
# characters of markup that may precede the text of a summary, such as a picture's tag
_MARKUP_BEFORE = 1_000
_MOST_PARTS = 4
_SHORTEST_PART = 10  # letters; a shorter part of a sentence could match by chance

_IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_PLAYER = re.compile(r"<(?:iframe|video|audio|object|embed)\b", re.IGNORECASE)
_SOURCE = re.compile(r"src\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_VALUE = re.compile(r"=\s*[\"']?([^\"'\s<>=]+)")
_COUNTING_PIXEL = re.compile(r"\b(?:width|height)\s*=\s*[\"']?[01](?:px)?[\"'\s/>]", re.IGNORECASE)
_SIZE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+\Z)")


def with_summary(content: str, summary: str, *, title: str = "") -> str:
    """Return the content (HTML), extended by the sentences that only the summary (HTML) has."""
    if not (content and summary):
        return content or summary
    if summary in content:
        return content
    before, after = _beside(content, summary, title)
    return _join(before, content, after)


def merge(texts: list[str]) -> str:
    """Return several contents or several summaries (HTML) as one text, in their order."""
    whole = ""
    for text in filter(None, texts):
        if not whole or (len(whole) <= len(text) and _letters(whole) in _letters(text)):
            # The later text has all letters of the earlier one, perhaps in another form.
            whole = text
        else:
            whole = _join(whole, *_beside(whole, text, ""))
    return whole


def _join(*texts: str) -> str:
    """Return texts as blocks below each other; a single text is returned unchanged."""
    parts = [text for text in texts if text]
    return parts[0] if len(parts) == 1 else "\n".join(map(_as_block, parts))


def _beside(content: str, summary: str, title: str) -> tuple[str, str]:
    """Return the parts of the summary that belong before and after the content."""
    if _PLAYER.search(summary) and not _PLAYER.search(content):
        return summary, ""
    pictures = _pictures_beside(content, summary)
    letters = _letters(summary)
    # Most summaries repeat the beginning of the article, so the beginning is compared first.
    if letters in _letters(content[: 4 * len(summary) + _MARKUP_BEFORE]):
        return pictures, ""
    known = f"{_letters(title)}\n{_letters(content)}"
    if letters in known:
        return pictures, ""
    sentences = _sentences(summary)
    if len(sentences) > _MOST_SENTENCES:
        return summary, ""
    first, news = len(sentences), []
    for place, sentence in enumerate(sentences):
        if _is_known(_letters(html.escape(sentence)), known):
            first = min(first, place)
        elif not _is_about_the_page(sentence):
            news.append((place, sentence))
    if news and first == len(sentences):
        return _as_block(summary), ""
    before = _as_paragraph([sentence for place, sentence in news if place < first])
    after = _as_paragraph([sentence for place, sentence in news if place > first])
    return "\n".join(filter(None, [before, pictures])), after


def _as_block(summary: str) -> str:
    """Return a summary without tags as a paragraph, with its line breaks."""
    if "<" in summary:
        return summary
    return "<p>" + "<br>".join(filter(None, map(str.strip, summary.split("\n")))) + "</p>"


def _letters(markup: str) -> str:
    """Return the letters and digits of HTML, without tags, for comparison."""
    if "<" in markup:
        seen, *others = _UNSEEN_BEGINS.split(markup)
        others = [_UNSEEN_ENDS.split(piece, maxsplit=1)[-1] for piece in others]
        markup = _TAG.sub("", seen + "".join(others))
    return _NO_LETTER.sub("", html.unescape(markup)).casefold()


def _sentences(markup: str) -> list[str]:
    link = _LAST_LINK.search(markup[-1_000:])
    if link and invites_to_read_on(link[1]):
        markup = markup[: -len(link[0])]
    text = text_of(markup) if "<" in markup or "&" in markup else markup
    ends = [0, *(end.end() for end in _SENTENCE.finditer(text)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(ends))
    return [piece for piece in pieces if _NO_LETTER.sub("", piece)]


def _is_known(sentence: str, known: str) -> bool:
    """Return whether a text contains a sentence, whole or in up to four parts.

    Captions may have split the sentence.
    """
    for _ in range(_MOST_PARTS):
        if sentence in known:
            return True
        length = _longest_known(sentence, known)
        if length < _SHORTEST_PART:
            break
        sentence = sentence[length:]
    return False


def _longest_known(sentence: str, known: str) -> int:
    """Return the length of the longest beginning of a sentence that occurs in a text."""
    found, missed = 0, len(sentence)
    while missed - found > 1:
        middle = (found + missed) // 2
        if sentence[:middle] in known:
            found = middle
        else:
            missed = middle
    return found


def _is_about_the_page(sentence: str) -> bool:
    return bool(_APPEARED.fullmatch(sentence.rstrip(" .。"))) or invites_to_read_on(sentence)


def _as_paragraph(sentences: list[str]) -> str:
    joined = "".join(one + " " * one[-1].isascii() for one in sentences).rstrip()
    return f"<p>{html.escape(joined, quote=False)}</p>" if joined else ""


def _pictures_beside(content: str, summary: str) -> str:
    """Return the pictures of a summary that the content does not show in any size."""
    images = [image[0] for image in _IMAGE.finditer(summary)]
    shown = {_stem(value) for value in _VALUE.findall(content)} if images else set()
    return "".join(
        f"<p>{image}</p>"
        for image in images
        if not _COUNTING_PIXEL.search(image)
        and (source := _SOURCE.search(image))
        and _stem(source[1]) not in shown
    )


def _stem(address: str) -> str:
    """Return a picture's file name without its extension and without the size in the name."""
    name = re.split(r"[?#!]", address, maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    return _SIZE.sub("", name).rpartition(".")[0] or name
