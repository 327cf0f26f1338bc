"""Followers: work that is done after a commit, for each entry that is due.

    files/      write the archive's files

All results of a follower can be made again from the store.
"""
