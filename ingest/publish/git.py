"""Commit changed files with the git program, but not the files that the user has staged."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.errors import PublishError

_WITHIN = 300  # seconds; a push may send many pictures
_UNFINISHED = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}
TRAILER = "Guidang-Output"  # the name of the output, at the end of each commit message
_NOBODY = ("-c", "user.name=Guidang", "-c", "user.email=guidang@localhost")
_KINDS: dict[str, Literal["new", "edited", "deleted"]] = {
    "??": "new",
    " A": "new",
    " M": "edited",
    " T": "edited",
    " D": "deleted",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs from the last commit.

    `path` is relative to the output's folder. It begins with `..` if the file is outside of it.
    """

    path: str
    kind: Literal["new", "edited", "deleted"]


class Repository:
    """The git repository that contains a folder.

    All methods raise `PublishError` with a message that says what to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> None:
        """Raise `PublishError` if nothing can be committed at present."""
        self._git("rev-parse", "--show-toplevel")
        for name, what in _UNFINISHED.items():
            place = self._git("rev-parse", "--git-path", name).decode().strip()
            if (self._folder / place).exists():
                raise PublishError(f"{self._folder}: {what} is not finished; finish or abort it")
        if not self._succeeds("symbolic-ref", "--quiet", "HEAD"):
            raise PublishError(f"{self._folder}: no branch is checked out; run: git switch BRANCH")
        if self._succeeds("check-ignore", "--quiet", "."):
            raise PublishError(f"{self._folder} is in a .gitignore; take it out")

    def changes(self, beside: Collection[str] = ()) -> list[Change]:
        """Return the files that differ from the last commit: below the folder, and `beside` it.

        Files that the user has staged are left out, and so are files outside of the repository.
        """
        top = self._folder / os.fsdecode(self._git("rev-parse", "--show-toplevel")).rstrip("\n")
        inside = [one for one in beside if (self._folder / one).resolve().is_relative_to(top)]
        options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
        listed = self._git("--literal-pathspecs", "status", *options, "--", ".", *inside)
        prefix = self._git("rev-parse", "--show-prefix").decode().rstrip("\n")
        return list(_parse(os.fsdecode(listed), prefix))

    def commit(self, paths: Collection[str], message: str) -> None:
        """Commit only these files, even if other files are staged."""
        wanted = b"\0".join(map(os.fsencode, sorted(paths)))
        from_input = ("--pathspec-from-file=-", "--pathspec-file-nul")
        self._git("--literal-pathspecs", "add", "--intent-to-add", *from_input, stdin=wanted)
        who = () if self._succeeds("config", "user.email") else _NOBODY
        options = ("--quiet", "--cleanup=verbatim", "--message", message)
        self._git(
            "--literal-pathspecs", *who, "commit", "--only", *options, *from_input, stdin=wanted
        )

    def is_from_guidang(self, path: str) -> bool:
        """Return whether the last commit of a file was made by `commit`."""
        form = f"--format=%(trailers:key={TRAILER},valueonly)"
        said = self._git("--literal-pathspecs", "log", "-1", form, "--", path)
        return bool(said.strip())

    def push(self) -> None:
        """Push the branch to its remote."""
        self._git("push", "--quiet")

    def _succeeds(self, *arguments: str) -> bool:
        return self._run(arguments, b"").returncode == 0

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        done = self._run(arguments, stdin)
        if done.returncode != 0:
            raise PublishError(f"{self._folder}: {_explain(done.stderr.decode(errors='replace'))}")
        return done.stdout

    def _run(self, arguments: Sequence[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        command = ["git", *_with_quiet_status(arguments)]
        environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": "C"}
        try:
            return subprocess.run(  # noqa: S603 - no shell, and paths come on standard input
                command,
                cwd=self._folder,
                input=stdin,
                capture_output=True,
                timeout=_WITHIN,
                env=environment,
                check=False,
            )
        except FileNotFoundError:
            raise PublishError("git cannot be started: is it installed?") from None
        except subprocess.TimeoutExpired:
            raise PublishError(f"git {arguments[0]} takes longer than {_WITHIN} s") from None


def _with_quiet_status(arguments: Sequence[str]) -> Sequence[str]:
    """Add an option to `git status`, so that it does not take a lock that the user may need."""
    return ["--no-optional-locks", *arguments] if "status" in arguments[:2] else arguments


def _parse(listed: str, prefix: str) -> Iterator[Change]:
    """Yield the changes in the output of `git status --porcelain -z` (git-status(1))."""
    for line in filter(None, listed.split("\0")):
        state, path = line[:2], line[3:]
        if state in _KINDS:
            yield Change(posixpath.relpath(path, prefix or "."), _KINDS[state])


def _explain(said: str) -> str:
    """Return the reason of a failure in one line, with what to do."""
    if "index.lock" in said:
        return (
            "another git is at work here, or was killed; when none is running, delete "
            ".git/index.lock"
        )
    if "not a git repository" in said:
        return "is in no git repository; make one: git init"
    if "[rejected]" in said or "non-fast-forward" in said:
        return "the remote has commits that are missing here; run: git pull --rebase"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), None)
    return first or (lines[0] if lines else "git failed without a message")
