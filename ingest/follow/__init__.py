"""What follows from a commit. Each follower takes up the entries that are due for it.

    files/      the archive's files

All that a follower makes can be made again from the store.
"""
