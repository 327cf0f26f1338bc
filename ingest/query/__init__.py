"""The query language: convert a query that a user types to a tree. It does not use the database.

tree      the nodes
errors    the error for an invalid query, with the offsets of the fault
lexer     split a query into words, phrases, fields and signs, with their offsets
days      convert the value of `before:`, `after:` or `on:` to a span of time
parse     build the tree from words, phrases, fields and signs
writing   a field and its value → a query

Full-width signs, which Chinese input methods write, mean the same as ASCII signs.
"""

from ingest.query.errors import QueryError
from ingest.query.parse import parse_query
from ingest.query.tree import And, Days, Field, Node, Not, Or, Words, words_in
from ingest.query.writing import query_for

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
    "query_for",
    "words_in",
]
