"""Reads lists of addresses: OPML, sitemaps, and links to feeds in a page.

opml        lists of feeds, in and out (opml_settings: the settings of a feed in them)
sitemap     the pages of a site
feed_links  the feeds that a page links to
"""
