"""The article of a web page, and whether a feed's own text needs one.

page        any text → a tree without what no reader sees
sites       where well-known sites and content systems keep their articles
opinions    what trafilatura, readability-lxml and the density of prose take for the article
tally       which element of the page holds the text that an opinion took
imprint     the foot of a site, which is no article
headline    the headline of the page's own article, and what is another's
trim        what stands in an article's element without belonging to it
facts       what the page says about its article: title, author, date, picture
linked_data  its JSON-LD
bylines     the names of authors that a page shows
page_dates  the dates that a page shows
published   which of them is the article's
surroundings  what stands around the article on its page
next_page   where the article goes on
truncation  the signs that a feed cut its text
article     all of it: a page → Article
"""

from ingest.reading.extract.truncation import looks_truncated, page_is_better

__all__ = ["looks_truncated", "page_is_better"]
