"""Values for display, the same for the terminal, JSON and web pages.

advice      what to do about a failed poll
changes     what differs between two texts, clause by clause and by character
citation    how to cite an entry
cutting     cut a text, but not inside a word, a number or a composed character
duplicates  clusters of near-duplicates, and the relation of an entry to another one
entries     the facts about an entry, with labels
feeds       the facts about a feed, when it is polled next, and its polls
heat        the calendar of a feed: entries by day, and gaps
hits        a search hit: the spans of its words, and an excerpt around them
plain       values in JSON
versions    what an edit of the publisher changed
text        instants, lists and other values as text
"""
