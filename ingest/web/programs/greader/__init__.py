"""The Google Reader API: feed readers of others read the archive, and mark what was read.

routes     which function answers for which address
api        the functions that answer
accounts   log in, and who asks
calls      what a feed reader sends, and answers in its forms
streams    names of streams and of entries
answers    entries and feeds in the forms of the API

Google's service ended in 2013 and was never described. The forms are those that clients expect, and
that FreshRSS, Miniflux and others have in common.
"""
