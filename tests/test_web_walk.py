"""A visitor with a real browser follows every link and uses every form, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from ingest.web.finding import Found
from tests.chromium import Look, PageTools, install_page_tools, open_browser, open_window
from tests.pages import Pages, pages_of
from tests.searching import finish
from tests.site import Site
from tests.support import item, rss
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

LOOKS = [Look("en", 1200, "light"), Look("zh-CN", 400, "dark")]
OTHERWISE = re.compile(r"[?&](lang|pictures)=")
# The pages that the links must lead to; a page without a link to it is of no use.
KINDS = {
    *("/", "/add", "/c", "/c/CATEGORY", "/d", "/d/N-N", "/e/N", "/e/N/versions/N", "/entries"),
    *(
        "/f/N",
        "/f/N/polls",
        "/f/N/settings",
        "/feeds",
        "/rsshub",
        "/search",
        "/takedown",
        "/takedowns",
    ),
}
OF_A_KIND = 2  # pages; lists have hundreds
FOUND = Found(
    url="https://new.example.cn/feed.xml",
    notes=("https://new.example.cn/ is a page; it names https://new.example.cn/feed.xml",),
    title="新的订阅源",
    entries=7,
    newest=("候鸟到了",),
)
BODY = (
    "<h1>候鸟到了</h1><p>今年第一批候鸟到了鄱阳湖，比去年早了十二天。</p>"
    '<h4>数量</h4><p>监测站数到<a href="https://birds.example.cn/">三万只</a>白鹤。</p>'
    '<p><img src="https://img.example.cn/1.jpg"></p><table><tr><td>白鹤<td>30000</table>'
    "<pre>一行很长的代码" + "，没有空格" * 60 + "</pre>"
)


@pytest.fixture(scope="module")
def tools() -> PageTools:
    return install_page_tools()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return filled_world(tmp_path_factory.mktemp("walk"))


@pytest.fixture(scope="module")
def changed_worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[Look, World]:
    """Return an archive for each look, which its test changes."""
    return {look: filled_world(tmp_path_factory.mktemp("changed")) for look in LOOKS}


# Playwright keeps an event loop running, and polls need one of their own, so the worlds come first.
@pytest.fixture(scope="module")
def browser(world: World, changed_worlds: dict[Look, World]) -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def filled_world(folder: Path) -> World:
    """Three feeds: one of 120 entries, one with edits and a reprint, and one that fails."""
    world = World(folder, f"sqlite:///{folder / 'guidang.db'}")
    story = item("story", title="候鸟到了", description=f"<![CDATA[{BODY}]]>", category="自然")
    with Site() as site:
        site.set("/many.xml", rss(*map(item, range(120))))
        site.set("/birds.xml", rss(story))
        site.set("/reprints.xml", rss(story))
        for path in ("/many.xml", "/birds.xml", "/reprints.xml", "/gone.xml"):
            world.add(site.url(path), categories=["新闻", "自然"])
        world.poll()
        edited = story.replace("三万只", "三万二千只").replace(
            "候鸟到了</title>", "候鸟来了</title>"
        )
        site.set("/birds.xml", rss(edited))
        world.poll()
    finish(world)
    return world


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[Pages]:
    with pages_of(world) as served:
        yield served


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_visitor_finds_no_barrier_on_any_page(
    look: Look, pages: Pages, browser: Browser, tools: PageTools, tmp_path: Path
) -> None:
    """Each page is valid and passes axe, does not move, asks no other host and fits the window."""
    seen: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    # The search comes first, because it leads to the entry that has versions.
    waiting = ["/search?q=" + quote("候鸟"), "/", "/nothing", "/entries?until=tomorrow"]
    with open_window(browser, f"http://127.0.0.1:{pages.port}", look) as visitor:
        while waiting:
            path = waiting.pop(0)
            looked_at = seen.setdefault(kind_of(path), [])
            if path in looked_at or len(looked_at) >= OF_A_KIND:
                continue
            looked_at.append(path)
            found = pages.get(path)
            if not found.headers["content-type"].startswith("text/html"):
                assert found.status == 200, path
                continue
            sources[path] = visitor.visit(path)
            visitor.audit(tools.axe)
            # Other languages have looks of their own, and pictures are on the publishers' servers.
            waiting += [one for one in visitor.links() if not OTHERWISE.search(one)]
    assert seen.keys() >= KINDS
    faults = visitor.faults + tools.validate(sources, tmp_path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_manager_does_everything_by_hand(
    look: Look,
    changed_worlds: dict[Look, World],
    browser: Browser,
    tools: PageTools,
    tmp_path: Path,
) -> None:
    """Each action is done by clicks; no page that answers it has a barrier or an error."""
    sources: dict[str, str] = {}
    with (
        pages_of(changed_worlds[look], find=lambda url: FOUND) as pages,
        open_window(browser, f"http://127.0.0.1:{pages.port}", look) as visitor,
    ):

        def click(form: str) -> str:
            """Send a form by its button; return the text of the page that answers."""
            visitor.page.click(f'form[method=post][action="{form}"] button')
            visitor.audit(tools.axe)
            sources[f"{form} → {visitor.page.url}"] = visitor.page.content()
            return visitor.page.inner_text("main")

        visitor.visit("/f/1")
        for form in (
            "/f/1/pause",
            "/f/1/resume",
            "/f/1/poll",
            "/f/1/backfill",
            "/f/1/backfill/stop",
        ):
            click(form)
            assert visitor.page.is_visible("[role=status]"), form
        visitor.visit("/f/1/settings")
        visitor.page.fill("[name=interval]", "often")
        click("/f/1/settings")
        assert visitor.page.input_value("[name=interval][aria-invalid=true]") == "often"
        visitor.page.fill("[name=interval]", "2h")
        visitor.page.fill("[name=title]", "江海日报")
        assert "江海日报" in click("/f/1/settings")
        visitor.visit("/add")
        visitor.page.fill("[name=url]", "https://new.example.cn/")
        assert "新的订阅源" in click("/add")
        click("/add/feed")
        assert visitor.page.url.endswith("/f/5?done=add")
        visitor.visit("/takedown?target=entry:1&reason=应作者要求")
        assert "应作者要求" in click("/takedown")
        assert "应作者要求" in (visitor.visit("/e/1") and visitor.page.inner_text("main"))
        visitor.visit("/takedowns")
        click("/takedowns/1/undo")
    faults = visitor.faults + tools.validate(sources, tmp_path)
    assert not faults, "\n".join(faults)


def kind_of(path: str) -> str:
    """Return the path without its query, numbers and categories: `/e/N` for `/e/7?lang=en`."""
    bare = re.sub(r"^/c/.+", "/c/CATEGORY", path.partition("?")[0])
    return re.sub(r"\d+", "N", bare)
