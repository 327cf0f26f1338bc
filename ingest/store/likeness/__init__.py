"""Near-duplicates: which entries tell the same story, and which of them is the canonical one.

prints    the parts of entries that are compared
keys      the keys of texts, and which texts share a rare key
texts     the texts, and the entries that have them
links     compare texts that share a key; delete links that no key supports any more
clusters  the canonical entry of each cluster of linked texts
write     update all of these for some entries, in one transaction; remove entries
listing   the clusters, for people
stories   the clusters, for outputs

The links depend only on the entries, not on the order in which they are stored. Two texts are
linked if they share a key that at most `keys.MOST` texts have, and `reading.likeness.compare` finds
them alike. Entries with the same text need no link, so many of them cost no more than one.
"""
