"""Write ingest/reading/terms/simplified.txt: one Simplified character for each Traditional one.

    .venv/bin/python .ci/simplified.py          write the table
    .venv/bin/python .ci/simplified.py --check  exit 1 if the table is outdated

The pairs come from OpenCC (https://github.com/BYVoid/OpenCC, Apache License 2.0). Only its single
characters are used, not its phrases. `MORE` has pairs that OpenCC does not convert: characters
whose simplified form depends on the word, and variants of the same character.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from opencc import OpenCC

FILE = Path(__file__).parent.parent / "ingest/reading/terms/simplified.txt"
BLOCKS = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
# Characters that OpenCC converts only in some words.
BY_WORD = "著着覆复瞭了乾干藉借麼么麽么徵征夥伙摺折瀋沈矽硅於于餘余"
# Variants of the same character.
VARIANTS = (
    "锺钟鍾钟馀余妳你祂他唸念週周託托證证証证裏里裡里峯峰羣群汙污佔占彷仿彿佛嶽岳癒愈慾欲牠它喫吃嚐尝"
    "甦苏鬱郁啟启啓启麵面麪面鹼碱堿碱竈灶恆恒脣唇菸烟煙烟臺台檯台颱台註注凈净淨净説说說说"
)
MORE = dict(zip((BY_WORD + VARIANTS)[::2], (BY_WORD + VARIANTS)[1::2], strict=True))
HEAD = """\
# Traditional characters and variants, each before its Simplified one; made by .ci/simplified.py.
# From the data of OpenCC 1.4.2, https://github.com/BYVoid/OpenCC, by BYVoid and contributors, under
# the Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0). Changed: only single
# characters, one target each, with additions.
"""
IN_A_LINE = 40


def pairs() -> Iterator[str]:
    """Yield each character that changes, followed by its final simplified form."""
    simplify = OpenCC("t2s").convert

    def once(character: str) -> str:
        return MORE.get(character, simplify(character))

    for first, last in BLOCKS:
        for character in map(chr, range(first, last + 1)):
            target = character
            while (further := once(target)) != target:
                target = further
            if target != character and len(target) == 1:
                yield character + target


def table() -> str:
    """Return the file's content."""
    found = list(pairs())
    lines = ("".join(found[i : i + IN_A_LINE]) for i in range(0, len(found), IN_A_LINE))
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """Write the table, or check it."""
    if "--check" in sys.argv:
        return int(FILE.read_text("utf-8") != table())
    FILE.write_text(table(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
