"""Queries for feed readers: streams of entries, and what a user has read and starred.

streams  which entries a stream has, and how many of them are unread
items    the entries of a stream with all that a feed reader shows
marks    mark entries as read or starred; nothing else of the archive changes
"""
