"""Write records as notes in Markdown, for Obsidian, Logseq and others.

layout     properties, then the text   ← open this first
convert    convert an entry's HTML to Markdown that shows the same text
emphasis   change emphasis that Markdown cannot express
"""

from __future__ import annotations

from ingest.outputs.notes.layout import MarkdownLayout

__all__ = ["MarkdownLayout"]
