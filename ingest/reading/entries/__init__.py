"""Normalises entries.

normalize   a parsed entry → NormalEntry
articles    the page of an article → an entry, or the full text of a feed's entry
body        the safe HTML of an entry, its pictures, its visible text, and the files below it
lead_image  chooses the entry's lead image
newest      updates the addresses of pictures and files
"""
