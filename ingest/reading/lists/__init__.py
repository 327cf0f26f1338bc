"""Reads lists of addresses: OPML, sitemaps, and links to feeds in a page.

opml        reads and writes lists of feeds, with the settings of each feed
sitemap     the pages of a site
feed_links  the feeds that a page links to
"""
