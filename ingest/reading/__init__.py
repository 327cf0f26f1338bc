"""Bytes become entries: pure functions from what was fetched to the values we keep.

    charset    bytes and headers → text
    split      a feed's bytes → head, items, tail, so that only news is parsed
    parse      a feed document → ParsedFeed
    normalize  the publisher's words → one normal form
    dedupe     new, edited, unchanged; near-duplicate of

Nothing in here waits, reads a clock or touches a database.
"""
