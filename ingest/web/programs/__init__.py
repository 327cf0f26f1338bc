"""Answers for programs: the same values as the pages, in the formats of others.

routes       which function answers for which address
api          /api: JSON, as the commands print it with `--json`
feeds        Atom, JSON Feed and OPML
memento      an entry as it was at a given time
greader/     the Google Reader API
conditional  304 for those who have a document already
openapi      the description of /api: openapi.yaml
parameters   what a program may ask for in an address
answers      JSON, and errors as problem details
"""
