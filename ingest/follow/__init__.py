"""Followers: work that follows from a commit, done for each entry that is due.

    files/      write the archive's files

Everything that a follower makes can be made again from the store.
"""
