"""Values for display, the same for the terminal, JSON and web pages.

cutting     cut a text, but not inside a word, a number or a composed character
duplicates  clusters of near-duplicates
hits        a search hit: the spans of its words, and an excerpt around them
"""
