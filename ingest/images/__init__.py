"""Keep the pictures of entries: fetch, check, store.

    run        keeps what is due, once   ← open this first
    keeper     fetches many pictures at a time, and stores the results together
    fetching   fetches one picture, with the Referers that its host may want
    captures   a picture in a web archive, if its server no longer gives it
    pace       which sites may be asked next
    retries    when a picture is tried again

The follower `images` lists what entries show (`follow/images`); outputs then show the kept files.
"""
