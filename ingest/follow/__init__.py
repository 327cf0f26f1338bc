"""Followers do work after a commit, such as writing files, for each entry that is due.

    follower    the interface of a follower, and its runs   ← open this first
    following   run each follower on its own thread
    registry    the list of followers
    files/      write the files of outputs
    search      fill the search index
    likeness    link near-duplicates

All results of a follower can be made again from the store.
"""
