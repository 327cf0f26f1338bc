#!/usr/bin/env bash
# feedparser 6.0.14: a date in Chinese is parsed as the first day of the current month, in the year
# of the date.
#
# Expected: the right day, or no parsed date (published_parsed missing), as for other unknown dates.
# Seen: 2024年2月29日 23:30, 2024/2/29 and 2024.2.29 give 2024, this month, day 1, midnight, and `bozo`
# is not set. The same feed read next month has other dates. A compact time
# (20240229T233000) loses its time of day; HKT is read as UTC.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'feedparser==6.0.14' ||
    { echo "cannot install feedparser"; exit 2; }
"$work/env/bin/python" - <<'PYTHON'
import sys
import time

import feedparser

ITEM = "<item><title>t</title><guid>g</guid><pubDate>{}</pubDate></item>"


def parsed(text):
    document = f"<rss version='2.0'><channel><title>c</title>{ITEM.format(text)}</channel></rss>"
    feed = feedparser.parse(document.encode())
    at = feed.entries[0].get("published_parsed")
    return at and tuple(at)[:5], bool(feed.bozo)


month = time.gmtime().tm_mon
seen = {
    "2024年2月29日 23:30": (2024, month, 1, 0, 0),
    "2024/2/29 23:30": (2024, month, 1, 0, 0),
    "2024.2.29": (2024, month, 1, 0, 0),
    "20240229T233000": (2024, 2, 29, 0, 0),
    "Thu, 29 Feb 2024 23:30:00 HKT": (2024, 2, 29, 23, 30),
}
print("feedparser", feedparser.__version__)
changed = False
for text, behaviour in seen.items():
    at, bozo = parsed(text)
    print(f"{text}: {at}, bozo {bozo}")
    changed |= (at, bozo) != (behaviour, False)
sys.exit("the behaviour has changed" if changed else 0)
PYTHON
