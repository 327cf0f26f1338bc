"""The data files in which the themes Volantis and Stellar look up the author of a post.

A post names its author by a key. If the file lacks the key, Volantis shows the blog's owner as the
author, and Stellar shows the first author in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from ingest.outputs.hexo.yaml import Value, line
from ingest.outputs.naming import safe_name
from ingest.outputs.pages import LONGEST_FOLDER

# In Stellar, the key is also a folder of the site. Both themes look up the key in a JavaScript
# object. Such an object has built-in keys, and it sorts whole numbers before other keys.
_PLAIN_KEY = re.compile(r"[^\W\d_][\w ·、-]*")
_OWN_KEYS = frozenset(
    "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString"
    " valueOf".split()
)
_LONGEST_BEGINNING = 60  # bytes
_DIGITS = 8

# The picture of all authors: a grey head and shoulders. Both themes show a picture next to each
# name.
_PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' "
    "fill='%23999'%3E%3Ccircle cx='12' cy='8' r='4'/%3E"
    "%3Cpath d='M4 21a8 8 0 0 1 16 0z'/%3E%3C/svg%3E"
)


# For a post without an author, Stellar shows the first author in the file. So the first author in
# the file has no name.
_NOBODY = line("guidang", {"name": "", "url": "", "avatar": "", "hidden": True})


def key_of(author: str) -> str:
    """Return the key of an author in the data file: the name, if it is safe as a key.

    Otherwise, return the beginning of the name and a digest.
    """
    is_short = len(author.encode()) <= LONGEST_FOLDER
    if is_short and _PLAIN_KEY.fullmatch(author) and author not in _OWN_KEYS:
        return author
    digest = sha256(author.encode()).hexdigest()[:_DIGITS]
    return f"{safe_name(author, _LONGEST_BEGINNING) or 'author'}-{digest}"


def fact_of(path: str, author: str, page: str) -> str:
    """Return the path of a data file, an author and the author's page, as a JSON list."""
    return json.dumps([path, author, page], ensure_ascii=False)


def data_files(facts: Iterable[str], former: Iterable[str]) -> Mapping[str, bytes]:
    """Return the data files by path. `facts` has texts that `fact_of` returned.

    A file at a `former` path is returned even if it has no authors any more.
    """
    pages: dict[str, dict[str, str]] = {path: {} for path in former}
    for path, author, page in map(json.loads, facts):
        # If an author has several pages, the first page is used.
        pages.setdefault(path, {}).setdefault(author, page)
    return {path: _data_file(of_authors) for path, of_authors in pages.items()}


def _data_file(pages: Mapping[str, str]) -> bytes:
    """Return the bytes of a data file, with a line for each author.

    The first line is an author without a name.
    """
    authors: dict[str, Mapping[str, Value]] = {}
    for author, page in pages.items():
        about = {"name": author, "url": page, "avatar": _PICTURE, "description": ""}
        authors.setdefault(key_of(author), about)
    lines = [_NOBODY, *(line(key, about) for key, about in authors.items())]
    return "".join(f"{one}\n" for one in lines).encode()
