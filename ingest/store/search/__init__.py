"""The search index: its contents, and the search in it.

texts        the texts of entries, which are searched
index        write entries into the index, and delete them
expressions  convert a query to tokens joined by and, or, not
dialects     convert expressions to the languages of FTS5 and tsquery
shapes       order by relevance: by words in the title, and by rare words
recheck      check the texts that the index found against the query
plan         divide a query into an index query and a condition on entries
rows         the rows of the index, ordered by date
newest       read a page from the newest texts only
pages        read one page of the texts that the index found
find         search, page by page
facets       count the feeds, categories, years and languages of what was found
listing      list the entries that match a query, newest first
shown        the entries that were found, for display

The index has the same tokens on SQLite and PostgreSQL. For a long word or a phrase, the index may
find too many entries, but never too few. Their texts are then checked.
"""
