"""Detects the language of a text, recognises boilerplate, and cuts excerpts.

detection    names the language: zh-Hans, zh-Hant, yue, ja, ko, en or und
boilerplate  recognises lines that the author did not write
origins      recognises lines that name a source or describe the author
clauses      distinguishes a clause after a label from names
excerpts     returns the first words of a text
"""

from ingest.reading.language.boilerplate import (
    invites_to_read_on,
    is_boilerplate,
)
from ingest.reading.language.detection import detect, simplify
from ingest.reading.language.excerpts import excerpt

__all__ = [
    "detect",
    "excerpt",
    "invites_to_read_on",
    "is_boilerplate",
    "simplify",
]
