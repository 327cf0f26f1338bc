"""Followers do work after a commit, such as writing files, for each entry that is due.

    files/      write the archive's files

All results of a follower can be made again from the store.
"""
