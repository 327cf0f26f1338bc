#!/usr/bin/env bash
# trafilatura finds a date in the commonest Chinese form, "2024年5月17日", and returns 1 January of that
# year. It is right only if a time follows, or if the date is written with hyphens, dots or slashes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv || { echo "cannot run: python3 -m venv failed"; exit 2; }
venv/bin/pip install --quiet 'trafilatura==2.3.1' 'htmldate==1.11.0' lxml_html_clean > pip.log 2>&1 ||
    { echo "cannot run: pip install failed"; tail -n 3 pip.log; exit 2; }

cat > find.py << 'PYTHON'
import warnings

import trafilatura

warnings.simplefilter("ignore")
PAGE = """<html lang="zh"><head><title>渡口</title></head><body><h1>渡口</h1><p>{}</p>
<article><p>{}</p></article></body></html>"""
EXPECTED = "2024-05-17"
seen = {}
print("trafilatura 2.3.1, htmldate 1.11.0; expected for each:", EXPECTED)
for text in ("2024年5月17日", "2024年05月17日 来源：江海日报", "2024年5月17日 18:30", "2024-05-17"):
    page = PAGE.format(text, "船夫每天清早把船撑到对岸。" * 30)
    seen[text] = trafilatura.extract_metadata(page).date
    print("seen:", seen[text], "for", text)
assert list(seen.values()) == ["2024-01-01", "2024-01-01", EXPECTED, EXPECTED]
PYTHON
venv/bin/python find.py
