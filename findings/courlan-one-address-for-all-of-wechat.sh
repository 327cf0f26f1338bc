#!/usr/bin/env bash
# courlan 1.4.0 (a library of trafilatura): in strict mode, all WeChat articles have one address.
#
# Expected: strict normalisation removes trackers and keeps the parameters that name the page.
# Seen: https://mp.weixin.qq.com/s?__biz=…&mid=…&idx=…&sn=… becomes https://mp.weixin.qq.com/s, for
# every article of every account, because courlan knows none of the four parameters. Without strict
# mode they stay. A program that uses the strict form as an identity stores one WeChat article and
# drops all others.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'courlan==1.4.0' ||
    { echo "cannot install courlan"; exit 2; }
"$work/env/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

from courlan import normalize_url

PAGES = [
    "https://mp.weixin.qq.com/s?__biz=MzA3MDA2&mid=2650001&idx=1&sn=1f0c",
    "https://mp.weixin.qq.com/s?__biz=MzI5NzQ4&mid=2247002&idx=3&sn=9a7e",
]
print("courlan", version("courlan"))
strict = {normalize_url(page, strict=True) for page in PAGES}
usual = {normalize_url(page) for page in PAGES}
print("two articles, strict:", sorted(strict))
print("two articles, not strict:", sorted(usual))
changed = strict != {"https://mp.weixin.qq.com/s"} or len(usual) != 2
sys.exit("the behaviour has changed" if changed else 0)
PYTHON
