"""Read a feed document: bytes → ParsedFeed.

parse              any document → ParsedFeed, or a ParseError that says what it is
charset scripts    bytes and headers → text
parse_xml          RSS, RDF and Atom: by a short cut, or by feedparser (feedparser_reader, salvage)
parse_json         JSON Feed
entry_fields       the texts, files and pictures of an entry; merging: two texts in one
not_a_feed         what a document is that is not a feed
packing            a document's bytes as they are stored, and back
"""
