"""The pages that change something; their addresses need the right to manage.

routes     which function answers for which address
feeds      poll a feed now, pause and resume it
adding     find a feed and add it; add a list of feeds
rsshub     find a route of RSSHub by its name
settings   change the settings of a feed
takedowns  take down an entry, a feed, an address or a host, and undo it
answers    what these pages share
"""
