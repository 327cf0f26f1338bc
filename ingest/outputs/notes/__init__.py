"""Write records as notes in Markdown, for Obsidian, Logseq and others.

layout     properties, then the text   ← open this first
convert    an entry's HTML → Markdown that shows the same text
emphasis   emphasis that Markdown cannot write as HTML has it
"""

from __future__ import annotations

from ingest.outputs.notes.layout import MarkdownLayout

__all__ = ["MarkdownLayout"]
