"""Manners: whether a server may be asked now, by whom, how often and how many times at once.

    manners     the one object that everybody asks                          ← open this first
    pauses      servers that are left alone, and what makes them so          pure
    limits      how many requests run at once, from all sites and from one
    robots      what robots.txt allows (RFC 9309), and the name that we go by
    health      which RSSHub instances are asked, and in which order         pure
    patience    asking again later, and how many documents a backfill takes
    backoff     waits that double                                            pure

Nothing here knows the database or HTTP. What has to be kept is returned as a value, and the caller
writes it; documents are fetched through whatever the caller passes in. When a feed is due is not
decided here, but in `schedule`.
"""

from ingest.manners.manners import Manners
from ingest.manners.pauses import Pause
from ingest.manners.robots import Permission, user_agent

__all__ = ["Manners", "Pause", "Permission", "user_agent"]
