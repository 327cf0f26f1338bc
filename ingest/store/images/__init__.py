"""Query and store the pictures of entries.

uses       which pictures entries show
due        pictures to fetch, and the results of fetching them   ← open this first
counts     how many are kept, wanted and failed; how many bytes
listing    pictures for the command line, and what may be deleted
"""
