"""What people are shown, as values: the same for the terminal, JSON and pages.

cutting  where a text may be cut: not inside a word, a number or a composed character
hits     a hit of a search: where its words are, and an excerpt around them
"""
