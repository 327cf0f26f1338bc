"""The stores of other feed readers, one module each, recognised by their content.

    store        the interface of a store, and the tables that most stores are ← open this first
    registry     the stores by name, and how one is recognised
    tables       read the tables of another program's database
    holdings     documents from a store, for each feed
    json_items   read the items of a JSON file of any size
    lists        documents from lists of items in JSON
    fields       dates, names and addresses as these programs write them

A store yields its feeds, and the entries of a feed in batches. `reading.held` writes each batch as
a document, so that entries of other readers go through the same stages as those of feeds.
"""
