#!/usr/bin/env bash
# feedparser 6.0.14: a guid that is not an address becomes one, with the host of the feed.
#
# Expected: an id is opaque text (Atom ids are compared character by character, RFC 4287 4.2.6.1), and
# resolve_relative_uris=False changes nothing.
# Seen: <guid>g3</guid> and <id>g5</id> become https://HOST/g3 and https://HOST/g5, also with
# resolve_relative_uris=False, and so does the entry's link. The same feed from another host (an RSSHub
# instance, a mirror) has other ids for all entries: a reader that compares ids doubles them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'feedparser==6.0.14' ||
    { echo "cannot install feedparser"; exit 2; }
"$work/env/bin/python" - <<'PYTHON'
import sys

import feedparser

RSS = """<rss version="2.0"><channel><title>c</title><link>https://blog.example.org/</link>
<item><title>a</title><guid>g3</guid></item>
<item><title>b</title><guid isPermaLink="false">g4</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title><id>f</id>
<entry><id>g5</id><title>t</title></entry></feed>"""


def ids(host):
    headers = {"content-location": f"https://{host}/feed"}
    return [
        (entry.id, entry.get("link"))
        for document in (RSS, ATOM)
        for entry in feedparser.parse(
            document.encode(), response_headers=headers, resolve_relative_uris=False
        ).entries
    ]


print("feedparser", feedparser.__version__)
changed = False
for host in ("one.example", "two.example"):
    seen = ids(host)
    print(host, seen)
    three, five = f"https://{host}/g3", f"https://{host}/g5"
    changed |= seen != [(three, three), ("g4", None), (five, five)]
sys.exit("the behaviour has changed" if changed else 0)
PYTHON
