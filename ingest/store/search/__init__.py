"""The search index: what it stores, and how it is asked.

texts        the texts of entries that are searched
index        write entries into the index, and delete them
expressions  a query → tokens joined by and, or, not
dialects     such an expression → what FTS5 and tsquery understand; ask them
shapes       the order by relevance: which words are in the title, and how rare they are
recheck      whether a text that the index names meets the query
plan         what the index is asked, what is a condition on entries
rows         the rows of the index, ordered by date
newest       a page from the newest texts alone
pages        one page of what the index names
find         the search itself, page by page
shown        what is shown of the entries that it found

The index has the same tokens on SQLite and PostgreSQL. It may name too many entries for a long
word or a phrase, never too few; these are checked against their texts.
"""
