"""Words for searching: the folded form of texts and queries, and the tokens of an index.

fold        a text → its folded form: NFKC, case folded, Simplified Chinese; with offsets
simplified  the table of Traditional and Simplified characters
words       finds words in a folded text, and says which characters belong to words
tokens      a folded text → the tokens that an index stores; a word → the tokens to search for
"""

from ingest.reading.terms.fold import Folded, fold, fold_with_offsets
from ingest.reading.terms.words import Pattern, holds_words

__all__ = ["Folded", "Pattern", "fold", "fold_with_offsets", "holds_words"]
