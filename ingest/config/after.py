"""The settings of what happens after files were written: git, and the user's command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from ingest.config.kinds import Interval, Table


class GitConfig(Table):
    """Commits of the files that were written. The outputs must be in git repositories."""

    commit: bool = Field(False, description="Whether to commit the files after a pass with news.")
    push: bool = Field(False, description="Whether to push each branch to its remote afterwards.")


class HooksConfig(Table):
    """The user's own command, such as a command that builds the site."""

    after: tuple[str, ...] = Field(
        (),
        description="The command to run after each pass with news, as a list without a shell: "
        '["npx", "hexo", "generate"]; empty: none.',
    )
    folder: Path = Field(
        Path(), description="The folder in which the command runs, relative to this file."
    )
    timeout: Interval = Field(
        timedelta(minutes=10), description="The command is stopped if it takes longer."
    )
    pause: Interval = Field(
        timedelta(minutes=1),
        description="The service commits and runs the command at most this often.",
    )
