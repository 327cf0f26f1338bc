"""`guidang demo`: poll sample feeds from a local server, and show the written files."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.output import console
from ingest.logs import printable
from ingest.messages import _, recognized

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree

    from ingest.demo.run import Demo, FeedPolls
    from ingest.values import Poll


def demo(
    ctx: typer.Context,
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The folder to write to; an earlier demo there is replaced."
        ),
    ] = Path("guidang-demo"),
) -> int:
    """Run Guidang on sample feeds, without the network.

    It serves a small site on loopback, polls it twice, and shows what was written.
    """
    from ingest.demo import folder
    from ingest.logs import set_up_logging

    # Some feeds fail on purpose. The table shows that, so no warnings are needed.
    set_up_logging("debug" if ctx.obj["debug"] else "error", "text")
    started = time.monotonic()
    folder.claim(directory)
    try:
        done = _run(directory)
    finally:
        folder.sign(directory)
    _show(done, directory, time.monotonic() - started)
    return 0 if done.went_as_meant else 1


def _run(directory: Path) -> Demo:
    from ingest.demo.run import run
    from ingest.demo.site import DemoSite

    with DemoSite() as site:
        _print(
            _(
                "Polling {count} sample feeds twice on {address}",
                count=len(site.samples),
                address=site.address,
            )
        )
        _print(_("(its own server on loopback; no other address is used)") + "\n", style="dim")
        return asyncio.run(run(directory, site))


def _print(text: Any, style: str | None = None) -> None:
    console().print(text, style=style)


def _show(done: Demo, directory: Path, seconds: float) -> None:
    _print(_table(done.feeds))
    _print(_summary(done, seconds))
    for difference in done.differences:
        _print(_("unexpected: {what}", what=recognized(difference)), style="bold red")
    _heading(_("The files"))
    _print(_tree(done.archive, str(directory / "source" / "_posts")))
    record = _example_file(done)
    _heading(_("One of them"))
    _print(_record(record.read_text(encoding="utf-8")))
    _heading(_("What to do next"))
    for command, purpose in _next_steps(directory):
        _print(f"  {command}")
        _print(f"      {purpose}", style="dim")


def _heading(text: str) -> None:
    _print(f"\n{text}", style="bold")


def _table(feeds: Sequence[FeedPolls]) -> Table:
    """Return a table with a row for each poll of a feed, and what each feed demonstrates."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(_("Feed"), no_wrap=True)
    table.add_column(_("Poll"), no_wrap=True)
    for heading in (_("New"), _("Edited"), _("Unchanged")):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(_("Outcome"), overflow="fold")
    for one in feeds:
        table.add_row(Text(printable(one.feed.name)), _("1st"), *_cells(one.first))
        shows = Text(f" {recognized(one.sample.shows)}", style="dim")
        if not one.went_as_meant:
            shows.append(_(" – unexpected"), "bold red")
        table.add_row(shows, _("2nd"), *_cells(one.second))
    return table


def _cells(poll: Poll) -> Iterator[Text]:
    from rich.text import Text

    for count, style in ((poll.new, "green"), (poll.edited, "yellow"), (poll.unchanged, "")):
        yield Text(str(count), style=style) if count else Text("·", style="dim")
    if poll.error is not None:
        yield Text(printable(_("failed: {error}", error=recognized(poll.error))), style="red")
    elif poll.new or poll.edited:
        yield Text(_("news"))
    else:
        yield Text(_without_news(poll), style="dim")


def _without_news(poll: Poll) -> str:
    if poll.outcome == "not_modified":
        return _("not modified (304)")
    return _("no news") if poll.unchanged else _("the same document")


def _summary(done: Demo, seconds: float) -> str:
    if not done.went_as_meant:
        return "\n" + _("Some results were unexpected.")
    polls = [poll for one in done.feeds for poll in (one.first, one.second)]
    new, edited = sum(poll.new for poll in polls), sum(poll.edited for poll in polls)
    failed = sum(one.second.error is not None for one in done.feeds)
    return "\n" + _(
        "{feeds} feeds: {new} new entries, {edited} edited, {failed} failed as intended; "
        "{seconds:.1f} seconds",
        feeds=len(done.feeds),
        new=new,
        edited=edited,
        failed=failed,
        seconds=seconds,
    )


def _tree(root: Path, name: str) -> Tree:
    from rich.tree import Tree

    tree = Tree(_label(name), guide_style="dim")
    _grow(tree, root)
    return tree


def _grow(tree: Tree, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.is_file():
            tree.add(_label(path.name))
        elif not path.name.startswith("."):
            inner = _through_single_folders(path)
            _grow(tree.add(_label(inner.relative_to(folder).as_posix(), "cyan")), inner)


def _through_single_folders(folder: Path) -> Path:
    """Return the last folder of a chain in which each folder contains only one folder."""
    inside = list(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        return _through_single_folders(inside[0])
    return folder


def _label(name: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(name), style=style, no_wrap=True, overflow="ellipsis")


def _example_file(done: Demo) -> Path:
    """Return the longest file of the sample feed of RSSHub, as an example."""
    records = (done.archive / done.feeds[0].feed.slug).rglob("*.md")
    return max(records, key=lambda record: record.stat().st_size)


def _record(text: str) -> Text:
    """Return a file's text with its keys in colour."""
    from rich.text import Text

    shown = Text()
    _, front_matter, body = text.split("---\n", 2)
    shown.append("---\n", "dim")
    for line in front_matter.splitlines():
        key, colon, value = line.partition(": ")
        has_key = colon and not line.startswith(" ")
        shown.append(key + colon if has_key else "", "cyan")
        shown.append(f"{value if has_key else line}\n")
    shown.append("---\n", "dim")
    shown.append(body.rstrip("\n"))
    return shown


def _next_steps(directory: Path) -> Iterator[tuple[str, str]]:
    """Yield commands, each with its purpose."""
    folder, guidang = shlex.quote(str(directory)), _own_command()
    yield (
        f"{guidang} --config {folder}/config.toml entries list",
        _("list the entries of this demo"),
    )
    yield (
        f"{guidang} --config {folder}/config.toml archive --check",
        _("check that the files match the database"),
    )
    yield (
        f"cp -r {folder}/source/_posts YOUR-HEXO-SITE/source/",
        _("let Hexo build the files: npx hexo generate"),
    )
    yield f"{guidang} init my-archive", _("start an archive of your own")
    in_archive = f"{guidang} --config my-archive/config.toml"
    yield (
        f"{in_archive} feeds add https://…",
        _("add a feed, an rsshub:// route, or a page that links to its feed"),
    )
    yield f"{in_archive} poll", _("poll the feeds that are due, and write what is new")


def _own_command() -> str:
    """Return the shell command that starts this program: its name if it is on PATH, or its path."""
    called = Path(sys.argv[0])
    found = shutil.which("guidang")
    if called.name != "guidang" or (found and called.samefile(found)):
        return "guidang"
    here = Path.cwd()
    path = called.absolute()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
