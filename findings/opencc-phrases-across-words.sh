#!/usr/bin/env bash
# OpenCC 1.4.2, tw2sp: phrases are replaced across the borders of words.
#
# Expected: tw2sp turns the words of Taiwan into those of the mainland (軟體 → 软件) and leaves words
# that both use, so that an article converted with s2twp comes back as it was.
# Seen: 寧夏農業 (agriculture of Ningxia) holds 夏農, Taiwan's spelling of Claude Shannon, and becomes
# 宁香农业. 核心 (core) always becomes 内核 (kernel), and 正規化建設 (a regular force) becomes
# 范式建设. A program that converts texts so before it compares or searches them changes names.
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

there, back = OpenCC("s2twp").convert, OpenCC("tw2sp").convert
print("opencc", version("opencc"))
seen = {text: back(there(text)) for text in ("软件", "宁夏农业大学", "以他为核心", "正规化建设")}
for text, result in seen.items():
    print(f"{text} → {there(text)} → {result}")
is_kept = [text == result for text, result in seen.items()]
sys.exit(0 if is_kept == [True, False, False, False] else "the behaviour has changed")
PYTHON
