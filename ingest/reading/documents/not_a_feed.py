"""Names a document that is not a feed, for error messages."""

from __future__ import annotations

import re
from typing import Any

_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"ID3", "an audio file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"SQLite format 3", "a database file"),
)
_SEEN = 200_000  # Only this many characters of a page are searched.
_CAPTCHA = re.compile(
    r"captcha|cf-challenge|challenge-platform|cf_chl_|just a moment\.\.\.|are you (?:a )?human|"
    r"attention required!|geetest|aliyun_waf|acw_sc__v2|_waf_|"
    r"安全验证|人机验证|验证码|驗證碼|滑动验证|访问验证|请完成验证|環境異常|环境异常",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"<input[^<>]{0,200}type\s*=\s*[\"']?password|<title>[^<]{0,60}"
    r"(?:登录|登入|登陆|log ?in|sign ?in|passport)",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|div|p|h1|center|table|br|iframe|link)\b",
    re.IGNORECASE,
)


def name_bytes(body: bytes) -> str | None:
    """Return a name for an empty or binary document; None if it may be text."""
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return "an empty body"
    return next((name for magic, name in _MAGIC if body.startswith(magic)), None)


def name_page(body: bytes) -> str | None:
    """Return a name for a document that begins like HTML, or None."""
    text = body[:_SEEN].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return _name_page(text) if is_html(text, "") else None


def is_html(text: str, root: str) -> bool:
    """Return whether a text is an HTML page; `root` is the name of its root element, or ""."""
    return root == "html" or _HTML_TAG.match(text) is not None


def name_text(text: str, root: str) -> str:
    """Return a name for a text that is not a feed; `root` is its root element's name, or ""."""
    if is_html(text, root):
        return _name_page(text[:_SEEN])
    if root == "opml":
        return "an OPML list"
    if root in {"urlset", "sitemapindex"}:
        return "a sitemap"
    if root:
        return f"XML that is no feed (root <{root[:40]}>)"
    return "plain text"


GOOGLE_READER = (
    "an export in Google Reader's form (Takeout, Inoreader, FreshRSS), which is no"
    " feed; import it with guidang backfill --from"
)


def name_json(value: Any) -> str:
    """Return a name for JSON that is not a JSON Feed, with advice for known formats."""
    if _are_wordpress_posts(value):
        return "posts of WordPress's REST interface; ask for the site's /feed/ instead"
    if not isinstance(value, dict):
        return _OTHER_JSON
    if "@context" in value:
        return "linked data (ActivityPub or schema.org); ask for the site's feed instead"
    items = value.get("items")
    if isinstance(items, list) and any(map(_is_google_readers, items)):
        return GOOGLE_READER
    if isinstance(items, list):
        return "JSON with items, but without JSON Feed's version"
    return _OTHER_JSON


_OTHER_JSON = "JSON that is no JSON Feed"
_OF_GOOGLE_READER = frozenset(
    {"crawlTimeMsec", "timestampUsec", "canonical", "alternate", "origin"}
)


def _is_google_readers(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    texts = (item.get("summary"), item.get("content"))
    return bool(_OF_GOOGLE_READER & item.keys()) or any(isinstance(text, dict) for text in texts)


def _are_wordpress_posts(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and {"guid", "slug", "link"} <= first.keys()


def _name_page(page: str) -> str:
    if _CAPTCHA.search(page):
        return "a captcha page"
    return "a login page" if _LOGIN.search(page) else "an HTML page"
