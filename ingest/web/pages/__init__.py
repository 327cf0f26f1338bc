"""The pages: each module has the functions that answer for one kind of page.

entries  an entry, its earlier versions and its bytes; entries by date
feeds    a feed, and the list of feeds
selections  these entries as a file
search   the entries that meet a query
status   what came in lately, and what fails
categories  the categories of feeds, and the entries of one
months   a calendar of a month
charts   the time series of the first page
"""
