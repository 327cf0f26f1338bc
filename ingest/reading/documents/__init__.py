"""Reads a feed document: bytes → ParsedFeed.

parse              any document → ParsedFeed, or a ParseError that says what the document is
charset            bytes and headers → text (scripts: how likely a decoded text is)
parse_xml          RSS, RDF and Atom: by a fast parser or by feedparser (feedparser_reader, salvage)
parse_json         JSON Feed
entry_fields       the texts, files and pictures of an entry (merging: two texts in one)
not_a_feed         names for documents that are not feeds
packing            compresses a document's bytes for the database, and decompresses them
"""
