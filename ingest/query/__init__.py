"""The query language: a line typed by a person → a tree. It knows no database.

tree      the nodes
errors    a query that cannot be understood, and where
lexer     a line → words, phrases, fields and signs, each with its place
days      the value of `before:`, `after:` and `on:` → a span of time
parse     words, phrases, fields and signs → a tree

Full-width signs, as Chinese input methods write them, mean the same as ASCII ones.
"""

from ingest.query.errors import QueryError
from ingest.query.parse import parse_query
from ingest.query.tree import And, Days, Field, Node, Not, Or, Words, words_in

__all__ = [
    "And",
    "Days",
    "Field",
    "Node",
    "Not",
    "Or",
    "QueryError",
    "Words",
    "parse_query",
    "words_in",
]
