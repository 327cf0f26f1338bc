"""Near-duplicates: which entries tell the same story, and which of them is the canonical one.

prints    the parts of entries that are compared
keys      the keys of texts, and which texts share a rare key
texts     the texts, and the entries that have them
links     compare texts that share a key; delete links that no key supports any more
clusters  the canonical entry of each cluster of linked texts
write     update all of these for some entries, in one transaction; remove entries
listing   the clusters, for people
stories   the clusters, for outputs

What is linked depends only on the entries, never on their order. Two texts are linked if a key
supports it, and `reading.likeness.compare` finds them alike: they share the key, and at most
`keys.MOST` texts have it, or one of the two is its hub. The entries of one text need no link: any
number of them costs no more than one.
"""
