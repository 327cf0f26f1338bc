"""Sources of older entries. Each lists documents, fetches them, and adds what they link to.

    source      the interface of a source, and its values   ← open this first
    registry    the sources by name
    files       feed documents, folders, packed (zip and tar) files, and records on this machine
    servers     databases and servers of other readers, by their addresses
    folders     the files below folders, and the lists of feeds among them
    packed      the members of zip and tar files
    open_files  a seekable stream of a file or member
    names       file names as text, whatever their encoding
    cutting     cut a large feed document into smaller documents
    rfc5005     archived feed documents and paged feeds, linked by the feed itself
    paged       numbered pages of blog engines, such as ?paged=2
    rsshub      limit= and further pages of a route
    sitemap     the pages that a site lists
    wayback     captures of the feed in a web archive
    cdx         parse the index of a web archive
    warc        responses and resources in WARC files

The queue of documents is in the store, so a backfill that was stopped resumes where it stopped.
"""
