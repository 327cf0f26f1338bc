"""Near-duplicates: which entries tell the same story, and which of them is the canonical one.

prints    what is compared of each entry: a fingerprint of its text, and its link
holders   which texts have a key
hubs      the one text with which all texts that have a frequent key are compared
keys      the keys of texts; what changes when texts gain or lose keys
texts     the texts, and the entries that have them
links     compare texts that share a key; delete links that no key supports any more
clusters  the canonical entry of each cluster of linked texts
write     update all of these for some entries, in one transaction; remove entries
listing   the clusters, for people
stories   the clusters, for outputs

Which texts are linked depends only on the entries, never on their order. Two texts are linked if
`reading.likeness.compare` finds them alike, and if a key supports the link. A key is a hash of a
part of a text. It supports the link if both texts have it, and if the key is rare (at most
`holders.MOST` texts have it) or one of the two texts is its hub. Entries with the same text need no
link.
"""
