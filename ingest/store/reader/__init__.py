"""Queries for feed readers: streams of entries, and what a user has read and starred.

subscriptions  the feeds on the list
streams        which entries a stream has
counts         how many entries are unread
items          entries with all that a feed reader shows
marks          mark entries as read or starred; nothing else of the archive changes
"""
