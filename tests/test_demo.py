"""`guidang demo` on the command line: its output, its folder, and a second run."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.demo import folder
from ingest.demo.samples import SAMPLES, Sample
from ingest.demo.site import DemoSite
from ingest.errors import UsageError

CHECKOUT = Path(__file__).parent.parent
RECORD = Path(__file__).parent / "data" / "demo" / "rsshub-record.md"
RECORD_PATH = Path(
    "jianghai-news/2024/05",
    "2024-05-20-江海大桥合龙：两岸车程由一个半小时缩短到十二分钟-1e90ec2567.md",
)

TABLE = """\
Feed Poll New Edited Unchanged Outcome
新闻 - 江海半岛网 1st 2 · · news
RSSHub 2nd 1 · 2 news
临溪晚报 1st 2 · · news
GB2312 (GBK) 2nd · · · not modified (304)
港灣週刊 1st 2 · · news
Big5 2nd · · · the same document
山间笔记 1st 2 · · news
Atom 2nd · · · not modified (304)
听雨电台 1st 2 · · news
JSON Feed 2nd · · · not modified (304)
枫林社区公告栏 1st 2 · · news
no guid, no date 2nd 1 · 2 news
长读 1st 2 · · news
full-text pages 2nd · · · the same document
半岛天气 1st 2 · · news
edited entry 2nd 1 1 1 news
不怀好意 1st 6 · · news
hostile feed 2nd · · · the same document
今天休息 1st · · · failed: the server answered 500
broken server 2nd · · · failed: the server answered 500
"""

# Python runs this at start-up. It records the hosts that are looked up or connected to.
WATCH = """\
import os, sys

def watch(event, arguments):
    host = {"socket.connect": lambda: arguments[1][0] if isinstance(arguments[1], tuple) else "",
            "socket.getaddrinfo": lambda: arguments[0],
            "socket.gethostbyname": lambda: arguments[0]}.get(event)
    if host:
        with open(os.environ["WATCHED"], "a") as file:
            print(host(), file=file)

sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Run:
    done: subprocess.CompletedProcess[str]
    cpu_seconds: float
    folder: Path
    hosts: set[str]

    @property
    def posts(self) -> Path:
        return self.folder / "source" / "_posts"

    def records(self, feed: str) -> list[str]:
        """Return the records of a feed, for any port in the name of its folder."""
        (found,) = (one for one in self.posts.iterdir() if feed in one.name)
        return [path.read_text(encoding="utf-8") for path in sorted(found.rglob("*.md"))]


def run_demo(place: Path, *arguments: str) -> Run:
    place.mkdir(exist_ok=True)
    (place / "watch").mkdir(exist_ok=True)
    (place / "watch" / "sitecustomize.py").write_text(WATCH)
    watched = place / "watched"
    environment = os.environ | {
        "PYTHONPATH": f"{place / 'watch'}{os.pathsep}{CHECKOUT}",
        "WATCHED": str(watched),
        # The demo must ignore the settings of the real archive.
        "GUIDANG_DATABASE__URL": "postgresql://nowhere.invalid/real",
        "GUIDANG_ARCHIVE__PATH": str(place / "real"),
        "HTTP_PROXY": "http://proxy.invalid:3128",
    }
    before = cpu_seconds_of_children()
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "demo", *arguments],
        cwd=place,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )
    hosts = set(watched.read_text().split()) if watched.exists() else set()
    target = place / (arguments[0] if arguments else "guidang-demo")
    spent = cpu_seconds_of_children() - before
    return Run(done=done, cpu_seconds=spent, folder=target, hosts=hosts)


def cpu_seconds_of_children() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_demo(tmp_path_factory.mktemp("demo"), "shown")


def lines_of(output: str) -> list[str]:
    return [" ".join(line.split()) for line in output.splitlines()]


def test_the_demo_succeeds_in_a_few_seconds(demo: Run) -> None:
    assert (demo.done.returncode, demo.done.stderr) == (0, "")
    assert demo.cpu_seconds < 30


def test_the_table_shows_two_polls_of_every_feed(demo: Run) -> None:
    lines = lines_of(demo.done.stdout)
    start = lines.index(TABLE.splitlines()[0])
    shown = lines[start : start + 1 + 2 * len(SAMPLES) + 1]
    assert [line for line in shown if not line.startswith("─")] == TABLE.splitlines()


def test_the_tree_names_every_file(demo: Run) -> None:
    names = sorted(path.name for path in demo.posts.rglob("*.md"))
    branches = [line.rpartition("── ")[2] for line in demo.done.stdout.splitlines()]
    assert len(names) == sum(sample.entries + sample.added for sample in SAMPLES)
    assert names == sorted(branch for branch in branches if branch.endswith(".md"))


def test_one_record_is_printed_in_full(demo: Run) -> None:
    assert RECORD.read_text(encoding="utf-8").strip() in demo.done.stdout


def test_the_readme_shows_what_the_demo_prints(demo: Run) -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"(?s)<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", readme)
    assert shown is not None
    printed = {without_variable_parts(line) for line in lines_of(demo.done.stdout)} | {"…"}
    assert [
        line for line in lines_of(shown[1]) if without_variable_parts(line) not in printed
    ] == []


def without_variable_parts(line: str) -> str:
    """Return a line without the port, the seconds, and the name of the folder."""
    return re.sub(r":\d{4,5}|[\d.]+ seconds|^.*(?=/source/_posts)", "", line)


def test_the_output_names_the_next_commands(demo: Run) -> None:
    for command in ("guidang init", "feeds add https", "config.toml poll", "hexo generate"):
        assert command in demo.done.stdout


def test_only_loopback_is_contacted(demo: Run) -> None:
    assert demo.hosts == {"127.0.0.1"}


def test_only_the_folder_of_the_demo_is_written(demo: Run) -> None:
    place = demo.folder.parent
    assert {path.name for path in place.iterdir()} == {"shown", "watch", "watched"}
    inside = {path.name for path in demo.folder.iterdir()}
    assert inside == {folder.SIGNATURE, "config.toml", "guidang.db", "source"}


def test_the_rsshub_record_equals_the_expected_file(demo: Run) -> None:
    written = (demo.posts / RECORD_PATH).read_text(encoding="utf-8")
    assert written.splitlines() == RECORD.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ("linxi", "修钟匠周喆：让老城的钟声再响一百年"),
        ("linxi", "author: 陈堃"),
        ("harbour", "許功蓋的舊書店：一枚印章，三代人"),
        ("notes", "updated: Sun, 19 May 2024 13:10:00 GMT"),
        ("radio", "headimg: 'https://radio.example.com/covers/042.jpg'"),
        ("notices", "寻猫：橘色，名叫“账本”"),
        ("longread", "捞纸是最难的一步"),
        ("longread", "后来一册不少，都还回来了"),
        ("weather", "多云转大雨（更正）"),
    ],
)
def test_records_hold_the_texts_of_their_feeds(demo: Run, feed: str, words: str) -> None:
    assert sum(words in record for record in demo.records(feed)) == 1


def test_full_text_holds_the_article_only(demo: Run) -> None:
    assert not any("转载请联系" in record for record in demo.records("longread"))


def test_an_edited_entry_keeps_its_file(demo: Run) -> None:
    (path,) = demo.posts.rglob("*今天白天*.md")
    assert "多云转阵雨" in path.name
    assert "title: '今天白天：多云转大雨（更正）'" in path.read_text(encoding="utf-8")


ACTIVE = ("<script", "onerror", "onclick", "onload", "javascript:", "<form", "<iframe", "<style")


def test_records_of_the_hostile_feed_hold_no_active_content(demo: Run) -> None:
    for record in demo.records("hostile"):
        _, front_matter, body = record.split("---\n", 2)
        assert [word for word in ACTIVE if word in body.casefold()] == []
        assert not any(braces in body for braces in ("{{", "{%", "{#"))
        assert [line.partition(":")[0] for line in front_matter.splitlines()][:2] == [
            "title",
            "categories",
        ]


def test_a_second_demo_replaces_the_first(tmp_path: Path) -> None:
    run_demo(tmp_path)
    again = run_demo(tmp_path)
    assert (again.done.returncode, again.done.stderr) == (0, "")
    assert len(list(again.posts.rglob("*.md"))) == 25
    assert (again.posts / RECORD_PATH).read_bytes() == RECORD.read_bytes()


def test_a_folder_that_is_no_demo_is_refused_and_unchanged(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.md").write_text("mine")
    refused = run_demo(tmp_path, "mine")
    assert refused.done.returncode == 2
    assert refused.done.stderr == (
        "guidang: mine contains files that are not of a demo; "
        "name another folder: guidang demo DIR\n"
    )
    assert [path.name for path in refused.folder.iterdir()] == ["notes.md"]


def make_demo(place: Path) -> None:
    folder.claim(place)
    (place / "source" / "_posts").mkdir(parents=True)
    (place / "source" / "_posts" / "a.md").write_text("record")
    (place / "config.toml").write_text("")
    folder.sign(place)


def test_an_earlier_demo_is_deleted(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo")
    folder.claim(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [folder.SIGNATURE]


@pytest.mark.parametrize(
    ("path", "text"), [("source/_posts/b.md", "mine"), ("config.toml", "[log]\nlevel = 'debug'\n")]
)
def test_a_demo_that_was_changed_is_refused_and_unchanged(
    tmp_path: Path, path: str, text: str
) -> None:
    make_demo(tmp_path)
    (tmp_path / path).write_text(text)
    with pytest.raises(UsageError, match=f"was used since its demo \\({path}\\)"):
        folder.claim(tmp_path)
    assert (tmp_path / path).read_text() == text
    assert (tmp_path / "source" / "_posts" / "a.md").exists()


def test_a_link_in_a_demo_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.md").write_text("mine")
    make_demo(tmp_path / "demo")
    (tmp_path / "demo" / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(UsageError, match="link"):
        folder.claim(tmp_path / "demo")
    assert (tmp_path / "mine" / "notes.md").exists()


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        folder.claim(tmp_path / "file")


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers)) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
def test_the_demo_site_serves_each_sample_with_its_status(sample: Sample) -> None:
    with DemoSite() as site:
        status, body = fetch(site.url(sample.path))
        assert status == sample.status
        if not sample.is_broken:
            text = body.decode(sample.encoding)
            is_feed = json.loads(text) if sample.path.endswith(".json") else "<title>" in text
            assert is_feed
        assert site.answered == [(sample.path, sample.status)]


def test_some_feeds_change_by_the_evening() -> None:
    with DemoSite() as site:
        changing = [sample for sample in SAMPLES if sample.added or sample.edited]
        morning = {sample.path: fetch(site.url(sample.path)) for sample in SAMPLES}
        site.let_evening_come()
        evening = {sample.path: fetch(site.url(sample.path)) for sample in SAMPLES}
    assert [
        sample for sample in SAMPLES if morning[sample.path] != evening[sample.path]
    ] == changing


def test_no_sample_links_to_a_real_host() -> None:
    for sample in SAMPLES:
        if not sample.is_broken:
            text = sample.body("http://127.0.0.1").decode(sample.encoding)
            hosts = {part.partition("/")[0] for part in text.split("://")[1:]}
            foreign = {
                host
                for host in hosts
                if not host.endswith(("example.cn", "example.com", "127.0.0.1"))
            }
            assert foreign <= {"www.w3.org", "purl.org", "jsonfeed.org"}
