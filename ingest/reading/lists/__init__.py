"""Read lists of addresses: OPML, sitemaps, and the feeds that a page names.

opml        lists of feeds, in and out (opml_settings: the settings of a feed in them)
sitemap     the pages of a site
feed_links  the feeds that a page links to
"""
