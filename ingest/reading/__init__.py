"""Turns fetched bytes into entries, with pure functions only.

read       a document → its entries, in normal form and identified; ready: preloaded for processes
documents  a feed's bytes → ParsedFeed
entries    a parsed entry → its normal form
dedupe     identity; new, edited or unchanged; near-duplicates
extract    an article's page → its article
records    records of old archives → entries
lists      OPML, sitemaps, the feeds that a page names
shortcuts  faster ways for plain documents, which can be switched off
dates titles language html xml links    the single subjects

No function sleeps, reads the clock, or uses the network or the database.
"""
