"""Normalises entries.

normalize   a parsed entry → NormalEntry
articles    the page of an article → an entry, or the text of one
fragment    the HTML of an entry: its pictures, its clean form, its text
lead_image  which picture stands for the entry
enclosed    the files that come with an entry, below its text
newest      the newest addresses of pictures and files
"""
