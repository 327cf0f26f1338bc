"""Near-duplicates: which entries tell the same story, and which of them is the canonical one.

prints    what is compared of entries
keys      the keys of texts: which texts share a key that few have
texts     the texts, and the entries that have them
links     compare texts that share a key; delete links that no key supports any more
clusters  the canonical entry of each cluster of linked texts
write     all of this for some entries, in one transaction; forget entries
listing   the clusters, for people
stories   the clusters, for outputs

What is linked depends only on the entries, never on their order. Two texts are linked if they share
a key that at most `keys.MOST` texts have, and `reading.likeness.compare` finds them alike. The
entries of one text need no link: any number of them costs no more than one.
"""
