"""Take down entries, feeds and hosts, for the command and for the web page.

target     finds what a user names
erasing    erases it: files first, then rows
"""
