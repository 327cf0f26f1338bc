"""Generate random HTML fragments: mostly plain fragments, or badly nested fragments."""

from __future__ import annotations

from random import Random

from ingest.reading.shortcuts import plain_html

NAMES = sorted({name for names in plain_html._HOLDS.values() for name in names})
ATTRIBUTES = [
    ' href="/x?a=1&amp;b=2"',
    ' href="https://a.example.cn/%E4%B8%AD"',
    ' href="//a.example.cn/中 文"',
    ' src="1.jpg"',
    ' src="https://a.example.cn/1.jpg"',
    ' src="/loading.gif"',
    ' data-x="中&amp;文"',
    ' class="a  b"',
    ' id="中"',
    ' alt=""',
    ' width="640"',
    ' style="color:red;position:fixed"',
    ' style="position:fixed"',
    ' target="_blank"',
    ' onclick="x()"',
    ' referrerpolicy="origin"',
    '  lang="zh"\n',
]
ODD_ATTRIBUTES = [
    ' href="#x"',
    ' href="javascript:1"',
    ' href="mailto:a@b.cn"',
    ' src="data:image/gif;base64,R0"',
    ' data-src="/l.png"',
    ' srcset="a.jpg 1x, b.jpg 2x"',
    ' data-x="<"',
    ' name="中"',
    ' title="甲&quot;乙"',
    " alt",
    ' style=""',
    ' style="Display: none"',
    ' style="opacity: 0"',
    ' style="color:red; font-size:0px"',
    ' style="color:rgba(0,0,0,0.0)"',
    ' style="opacity:0.5;text-indent:-2em"',
    " onclick=x",
    " /",
    "/",
    " ",
]
TEXTS = (
    "甲|乙丙|\n|\n\n| 丁 |　|&amp;|&lt;|&gt;|&nbsp;|\xa0|>|&copy;|&ldquo;|&quot;|&#39;|&#169;|\x85"
    "|\u2028|\ufdd0|\x00|\r\n|\ud800|\U0001f600|&amp;lt;|&#38;lt;|<br>|<br/>|<br />|<hr>"
).split("|")
ODD_TEXTS = "<|&|&apos;|&#150;|&#12;|&#x4e2d;|&#64976;|<!-- -->|&AMP;|&hellip|</p>|</br>".split("|")
ODD_NAMES = ["table", "pre", "P"]
_VOID = {"br", "hr", "img"}

_HELD = {name: sorted(held) * 20 + NAMES + ODD_NAMES for name, held in plain_html._HOLDS.items()}
_ATTRIBUTES = ATTRIBUTES * 20 + ODD_ATTRIBUTES
_TEXTS = TEXTS * 20 + ODD_TEXTS

# Names of elements in HTML, MathML, SVG, in several of them, and in none.
_ANY_NAMES = (
    "p div span a b table tr td th tbody caption ul li dl dt dd pre code h1 h2 blockquote img br hr"
    " ruby rt rb math mi mo mn ms mtext semantics mglyph malignmark path g desc foreignObject"
    " text circle details summary font center form input button wx-view x-a nobr marquee picture"
    " section article view tspan use switch filter set animate line cursor metadata mask font-face"
    " hatch stop data time var"
).split()
_LOST = "svg script style template title noscript iframe textarea select xmp plaintext".split()
_ANY_ATTRIBUTES = ["", "", " class='c'", ' style="color:red"', ' src="https://a.example/1.jpg"']
_ANY_TEXTS = ["甲乙", "x", "\n", " 丙 ", "&amp;", "&lt;", "&nbsp;", "<!-- c -->", "\n\n丁"]


def element(name: str, attributes: list[str], inside: str) -> str:
    """Return an element; most pictures get a `src`."""
    if name == "img" and len(attributes) < 3:
        attributes = [' src="2.jpg"', *attributes]
    opening = f"<{name}{''.join(attributes)}>"
    return opening if name in _VOID else f"{opening}{inside}</{name}>"


def mostly_plain(random: Random, holder: str = "", depth: int = 0) -> str:
    """Return random content for the element `holder`, mostly plain."""
    pieces = []
    for place in range(random.randint(1, 3)):
        if depth > 2 or (random.random() < 0.4 and (depth or place)):
            pieces.append(random.choice(_TEXTS))
        else:
            name = random.choice(_HELD.get(holder) or NAMES)
            some = random.sample(_ATTRIBUTES, random.choice((0, 0, 0, 1, 1, 2, 3)))
            inside = "" if name in _VOID else mostly_plain(random, name, depth + 1)
            pieces.append(element(name, list(dict.fromkeys(some)), inside))
    return "".join(pieces)


def tangled(random: Random, *, with_lost: bool = True, depth: int = 0) -> str:
    """Return a random fragment with badly nested and unclosed elements."""
    names = _ANY_NAMES + _LOST * with_lost
    pieces = []
    for _ in range(random.randint(1, 4)):
        if depth > 3 or random.random() < 0.35:
            pieces.append(random.choice(_ANY_TEXTS) + chr(random.randint(0x4E00, 0x9FA0)))
            continue
        name, how = random.choice(names), random.random()
        inside = tangled(random, with_lost=with_lost, depth=depth + 1)
        end = "" if 0.85 < how < 0.95 else f"</{name if how <= 0.85 else random.choice(names)}>"
        pieces.append(f"<{name}{random.choice(_ANY_ATTRIBUTES)}>{inside}{end}")
    return "".join(pieces)
