"""Turns fetched bytes into entries, with pure functions only.

read       a document → its entries in normal form
past       an old document → its entries: a feed, a page, a record
pages      the pages of an article → the article
ready      loads modules before worker processes are forked
documents  a feed's bytes → ParsedFeed
entries    a parsed entry → its normal form
dedupe     makes the keys of entries, and decides which are new, edited or unchanged
extract    a web page → the article on it
records    records of old archives → entries
lists      OPML, sitemaps, the feeds that a page names
shortcuts  faster parsers for plain documents; they can be switched off
dates titles language html xml links    one subject each

No function sleeps, reads the clock, or uses the network or the database.
"""
