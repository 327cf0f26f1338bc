"""The language of a text, its first words, and its boilerplate.

detection    zh-Hans, zh-Hant, yue, ja, ko, en or und
boilerplate  lines at the head and foot that the author did not write
excerpts     its first words
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
