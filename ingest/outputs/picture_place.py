"""Where an output has its kept pictures, and at which address its pages find them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlace:
    """The place of pictures in the folders of a program.

    `beside` is the folder of posts. If it is in the path of an output, `folder` is relative to its
    parent, otherwise to the output. `address` is the site-rooted address of `folder`; if it is
    empty, addresses are relative to the file of a record.
    """

    beside: str = ""
    folder: str = "pictures"
    address: str = ""

    def folder_for(self, output: PurePath) -> PurePath:
        """Return the folder of pictures for an output, given by its folder."""
        posts = (
            one for one in (output, *output.parents) if self.beside and one.name == self.beside
        )
        return next((one.parent for one in posts), output) / self.folder


RELATIVE = PicturePlace()
