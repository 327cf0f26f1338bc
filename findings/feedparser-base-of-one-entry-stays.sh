#!/usr/bin/env bash
# feedparser 6.0.14: the xml:base of one entry also applies to the entries after it.
#
# Expected: xml:base applies within its element (XML Base section 3.1), so an entry is read in the
# same way whatever comes before it.
# Seen: if the document is read from bytes, without a header that gives its address, the base is not
# reset at the end of the element. The next entry's "/b" and its id lead to the host of the entry
# before. With the header the base is reset. Programs with their own HTTP client read from bytes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'feedparser==6.0.14' ||
    { echo "cannot install feedparser"; exit 2; }
"$work/env/bin/python" - <<'PYTHON'
import io
import sys

import feedparser

FEED = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>
<entry xml:base="https://cdn.example/2024/"><id>urn:x:1</id><link href="a"/></entry>
<entry><id>urn:x:2</id><link href="/b"/></entry></feed>"""


def second_link(**headers):
    feed = feedparser.parse(io.BytesIO(FEED), response_headers=headers)
    return feed.entries[1].link


print("feedparser", feedparser.__version__)
from_bytes = second_link()
with_address = second_link(**{"content-location": "https://site.example/feed.xml"})
print("the second entry's /b, from bytes:", from_bytes)
print("the second entry's /b, with the feed's address:", with_address)
changed = from_bytes != "https://cdn.example/b" or with_address != "https://site.example/b"
sys.exit("the behaviour has changed" if changed else 0)
PYTHON
