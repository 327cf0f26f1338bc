"""Extracts the article of a web page, and recognises texts that a feed has cut.

article       a page → Article, with the help of the other modules
page          parses a page into a bounded tree of its visible elements
sites         finds the article by rules for well-known sites and content systems
opinions      three methods to find the article: trafilatura, readability-lxml, density of prose
tally         finds the element that best matches the text that one method chose
headline      finds the headline, and recognises other articles on the page
trim          removes parts that do not belong to the article
facts         reads the title, author, date and picture of the article
linked_data   reads the page's JSON-LD
page_dates    finds the dates that a page shows
published     chooses the article's date among the dates of the page
surroundings  measures the elements around the article
next_page     finds the link to the article's next page
truncation    recognises texts that a feed has cut
"""

from ingest.reading.extract.truncation import looks_truncated, page_is_better

__all__ = ["looks_truncated", "page_is_better"]
