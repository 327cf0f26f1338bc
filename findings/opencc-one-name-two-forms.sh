#!/usr/bin/env bash
# OpenCC 1.4.2, t2s: what a character becomes depends on its neighbours, so one name gets two forms.
#
# Expected: Traditional and Simplified spellings of one name are the same after conversion to
# Simplified characters, so that a search or a comparison of converted texts finds both.
# Seen: 錢鍾書 becomes 钱锺书, which stays as it is, while 鍾 alone becomes 钟; the usual Simplified
# spelling 钱钟书 therefore never equals the converted one. 著 stays in 看著, although Simplified texts
# write 看着. A program that folds texts with t2s misses such words.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'opencc==1.4.2' ||
    { echo "cannot install opencc"; exit 2; }
"$work/env/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

from opencc import OpenCC

simplify = OpenCC("t2s").convert
print("opencc", version("opencc"))
seen = {text: simplify(text) for text in ("錢鍾書", "钱锺书", "钱钟书", "鍾", "看著", "看着")}
for text, result in seen.items():
    print(f"{text} → {result}")
is_split = seen["錢鍾書"] != seen["钱钟书"] and seen["鍾"] == "钟" and seen["看著"] != seen["看着"]
sys.exit(0 if is_split else "the behaviour has changed")
PYTHON
