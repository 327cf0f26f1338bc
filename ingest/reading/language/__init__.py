"""What a text is: its language, its length, its excerpt, its boilerplate lines.

detection    zh-Hans, zh-Hant, yue, ja, ko, en or und
boilerplate  the lines at head and foot that are not the author's
excerpts     lengths and first words
"""

from ingest.reading.language.boilerplate import (
    invites_to_read_on,
    is_boilerplate,
    strip_boilerplate,
)
from ingest.reading.language.detection import detect
from ingest.reading.language.excerpts import excerpt, length

__all__ = [
    "detect",
    "excerpt",
    "invites_to_read_on",
    "is_boilerplate",
    "length",
    "strip_boilerplate",
]
