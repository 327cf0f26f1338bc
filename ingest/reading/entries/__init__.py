"""Normalises entries.

normalize   a parsed entry → NormalEntry
articles    the page of an article → an entry, or the text of one
fragment    the pictures, the safe HTML and the visible text of an entry's HTML
lead_image  which picture stands for the entry
enclosed    the files that come with an entry, below its text
newest      updates of the addresses of pictures and files
"""
