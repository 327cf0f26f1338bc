"""Run real site generators; each builds the site in tests/generator_sites/<name>.

The packages are installed once, in .cache/generators of the checkout. Jekyll must be installed on
the machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import lxml.html

from tests.hexo import Node, find_node, install_lock, install_packages, run_node

SITES = Path(__file__).with_name("generator_sites")
CACHE = Path(__file__).parents[1] / ".cache/generators"
NODE = (22, 19)  # the minimum of Astro's packages
BUILD_SECONDS = 280
_ID = re.compile(r"\b([0-9a-f]{10})\b")


@dataclass(frozen=True)
class Page:
    """The fields of a post as a built page shows them."""

    title: str
    at: datetime
    author: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Generators:
    """The installed programs; sites are built in new folders below `folder`."""

    node: Node
    packages: Path
    python: Path
    folder: Path
    seconds: float = BUILD_SECONDS

    def build(self, name: str, posts: Path) -> dict[str, Page]:
        """Build a site with the files of a folder; return the posts by the id in their address.

        Raises RuntimeError with the program's output if the build fails.
        """
        documents = self.build_documents(name, posts)
        return {found: PROGRAMS[name].read(one) for found, one in documents.items()}

    def build_documents(self, name: str, posts: Path) -> dict[str, lxml.html.HtmlElement]:
        """Build a site as `build` does; return the whole pages of the posts."""
        program, site = PROGRAMS[name], self.copy_site(name, posts)
        program.run(self, site)
        return dict(_documents(site / program.built))

    def copy_site(self, name: str, posts: Path) -> Path:
        """Return a new folder with a site and these posts."""
        site = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        shutil.copytree(SITES / name, site, dirs_exist_ok=True)
        shutil.copytree(posts, site / PROGRAMS[name].posts, dirs_exist_ok=True)
        return site

    def run_python(self, site: Path, *command: str) -> None:
        """Run a program of the Python environment."""
        program = self.python.with_name(command[0])
        self.run([str(program), *command[1:]], site)

    def run_node(self, site: Path, program: str, *arguments: str, **environment: str) -> None:
        """Run a program of the Node packages."""
        (site / "node_modules").symlink_to(self.packages, target_is_directory=True)
        (site / "package.json").write_text('{"type": "module"}')
        path = os.pathsep.join([str(Path(self.node.node).parent), os.environ["PATH"]])
        command = [self.node.node, str(site / "node_modules" / program), *arguments]
        run_node(command, site, self.seconds, PATH=path, **environment)

    def run(self, command: Sequence[str], site: Path) -> None:
        """Run a program in the site's folder; raise RuntimeError with its output if it fails."""
        done = subprocess.run(
            command,
            cwd=site,
            env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=self.seconds,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed in {site}:\n{done.stdout[-4000:]}")


def _documents(built: Path) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    for file in sorted(built.rglob("*.html")):
        if found := id_in(file.relative_to(built).as_posix()):
            yield found, lxml.html.document_fromstring(file.read_text("utf-8"))


def id_in(path: str) -> str:
    """Return the id in the path of a post or its page, or an empty string if there is none."""
    return next(reversed(_ID.findall(path)), "")


def _inside(element: lxml.html.HtmlElement) -> str:
    children = (lxml.html.tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + "".join(children)


def _texts(document: lxml.html.HtmlElement, path: str) -> tuple[str, ...]:
    return tuple(one.text_content() for one in document.xpath(path))


def read_plain(document: lxml.html.HtmlElement) -> Page:
    """Read a page of a site that uses the template of the tests."""
    (main,) = document.xpath("//main")
    assert document.findtext(".//title") == main.findtext("h1")
    return Page(
        title=main.findtext("h1"),
        at=_instant(main.get("data-date")),
        author=main.findtext("address"),
        tags=_texts(main, "b"),
        categories=_texts(main, "i"),
        body=_inside(main.find("article")),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def read_material(document: lxml.html.HtmlElement) -> Page:
    """Read a page of the theme Material for MkDocs."""
    (article,) = document.xpath("//article")
    (body,) = article.xpath("./div")
    created, _ = document.xpath("//time/@datetime")
    return Page(
        title=article.findtext("h1"),
        at=_instant(created),
        author=document.xpath("//meta[@name='author']/@content")[0],
        tags=_texts(document, "//nav[@class='md-tags']/*"),
        categories=_texts(
            document, "//*[contains(@class, 'post__meta')]//a[contains(@href, 'category/')]"
        ),
        body=lxml.html.tostring(body, encoding="unicode", with_tail=False),
    )


def read_vitepress(document: lxml.html.HtmlElement) -> Page:
    """Read a page of VitePress's default theme; its body begins with a title and a byline."""
    (doc,) = document.xpath("//main//div[contains(@class, 'vp-doc')]/div/div")
    heading, byline = doc[:2]
    assert document.findtext(".//title").removesuffix(" | 归档") == heading.text_content()
    title = heading.text_content()
    for element in (heading, byline):
        element.drop_tree()
    meta = {one.get("name"): one.get("content") for one in document.xpath("//meta[@name]")}
    return Page(
        title=title,
        at=_instant(meta["date"]),
        author=meta["author"],
        tags=tuple(filter(None, meta["keywords"].split("\n"))),
        categories=(),
        body=lxml.html.tostring(doc, encoding="unicode", with_tail=False),
    )


@dataclass(frozen=True)
class Program:
    """The folders of a site generator's site, and the functions to run it and read its pages."""

    posts: str
    built: str
    run: Callable[[Generators, Path], None]
    read: Callable[[lxml.html.HtmlElement], Page] = read_plain


PROGRAMS = {
    "hugo": Program(
        "content/posts",
        "public",
        lambda programs, site: programs.run_python(site, "hugo", "--panicOnWarning"),
    ),
    "jekyll": Program(
        "_posts",
        "_site",
        lambda programs, site: programs.run(["jekyll", "build", "--trace"], site),
    ),
    "pelican": Program(
        "content",
        "output",
        lambda programs, site: programs.run_python(
            site, "pelican", "content", "--settings", "pelicanconf.py", "--fatal", "warnings"
        ),
    ),
    "nikola": Program(
        "posts",
        "output",
        lambda programs, site: programs.run_python(site, "nikola", "build", "--strict"),
    ),
    "material": Program(
        "docs/blog/posts",
        "site",
        lambda programs, site: programs.run_python(site, "mkdocs", "build", "--strict"),
        read_material,
    ),
    "eleventy": Program(
        "posts",
        "_site",
        lambda programs, site: programs.run_node(site, "@11ty/eleventy/cmd.cjs"),
    ),
    "astro": Program(
        "posts",
        "dist",
        lambda programs, site: programs.run_node(
            site, "astro/bin/astro.mjs", "build", ASTRO_TELEMETRY_DISABLED="1"
        ),
    ),
    "vitepress": Program(
        "posts",
        ".vitepress/dist",
        lambda programs, site: programs.run_node(site, "vitepress/bin/vitepress.js", "build"),
        read_vitepress,
    ),
}


def install_generators(folder: Path, seconds: float = BUILD_SECONDS) -> Generators:
    """Install the locked programs if they are missing; builds are made below `folder`.

    A build fails if it takes longer than `seconds`.
    """
    if shutil.which("jekyll") is None:
        raise RuntimeError("the tests need Jekyll; on Debian and Ubuntu: apt install jekyll")
    node = find_node(oldest=NODE)
    python = _cached("requirements.lock", _install_python) / "bin/python"
    packages = _cached("package-lock.json", lambda made: install_packages(node, SITES, made))
    return Generators(node, packages / "node_modules", python, folder, seconds)


def _cached(lock: str, install: Callable[[Path], None]) -> Path:
    """Return the folder that was installed from a lock file; install it if it is missing."""
    digest = hashlib.sha256((SITES / lock).read_bytes()).hexdigest()[:16]
    folder = CACHE / digest
    with install_lock(CACHE):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            (folder / "complete").touch()
    return folder


def _install_python(folder: Path) -> None:
    """Make a separate environment, because the programs need other versions than the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    options = ["--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install"]
    subprocess.run([*pip, *options, "-r", str(SITES / "requirements.lock")], check=True)
