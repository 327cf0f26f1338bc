"""Query and store the pictures of entries.

uses       which pictures entries show
due        pictures to fetch   ← open this first
results    what fetching them gave
counts     how many are kept, wanted and failed; how many bytes
listing    pictures for the command line, and what may be deleted
"""
