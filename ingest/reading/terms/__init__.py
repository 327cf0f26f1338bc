"""Words for searching: one folded form for texts and queries, and the tokens of an index.

fold        NFKC, case, Traditional to Simplified character by character; offsets back
simplified  the table of Chinese characters
words       which characters are words, where words begin and end; find a word in a folded text
tokens      a folded text → the tokens that an index stores; a word → the tokens to ask for
"""

from ingest.reading.terms.fold import Folded, fold, fold_with_offsets
from ingest.reading.terms.words import Pattern, holds_words

__all__ = ["Folded", "Pattern", "fold", "fold_with_offsets", "holds_words"]
