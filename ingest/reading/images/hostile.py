"""Find content for other programs in a picture: pages, scripts and archives.

A file that is a picture and something else (a polyglot) may run code where it is served under
another name or type.
"""

from __future__ import annotations

import re

_CODE = re.compile(
    rb"<\?php|<%@\s*(?:page|include|taglib|import)\b|<(?:script|html|iframe|svg|body)[\s>/]|<!doctype\s+html|javascript:",
    re.IGNORECASE,
)
_PDF = b"%PDF-"
_WHERE_PDF_BEGINS = 1024  # bytes; readers of PDF look this far for the beginning
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535 + 22  # bytes after which the end of a ZIP archive is not looked for


def other_content(body: bytes) -> str | None:
    """Return what else a picture contains, in words; None if it contains nothing else."""
    if found := _CODE.search(body):
        return found[0].decode("ascii", "replace")
    if _PDF in body[:_WHERE_PDF_BEGINS]:
        return "a PDF document"
    if _END_OF_ZIP in body[-_LONGEST_COMMENT:]:
        return "a ZIP archive"
    return None
