"""Sources of history: each plans documents, takes them one by one, and follows what they name.

    source      what every source is, and what travels between it and the walk   ← open this first
    registry    the sources by name
    files       feed documents, folders, packed files, old records on this machine
    folders     the files below folders, and the lists of feeds among them
    packed      zip and tar files, member by member
    opened      a file or member, open for reading from any place
    names       names of files as text, whatever bytes they are
    cutting     a large document in pieces
    rfc5005     archived feed documents and paged feeds, which link to their past
    paged       ?paged=2, ?page=2, as blog engines have it
    rsshub      limit= and further pages of a route
    sitemap     the pages that a site lists
    wayback     captures of the feed in a web archive
    cdx         the index of such a web archive
    warc        responses and resources in WARC files

The queue is in the store, so a walk goes on after any stop with what it has not taken yet.
"""
