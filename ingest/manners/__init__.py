"""Manners: decide whether a server may get a request now, and how many it may get at once.

    manners     the object that is asked before every request              ← open this first
    pauses      servers that get no requests for a while, and why
    limits      how many requests run at once, to all sites and to one
    robots      what robots.txt allows (RFC 9309), and our User-Agent
    health      which RSSHub instances are asked, and in which order
    patience    retries, and how many documents a backfill reads
    backoff     waits that double

Nothing here uses the database or HTTP: the caller stores the returned values, and passes in the
fetcher. The functions of `pauses`, `health` and `backoff` are pure. `schedule` decides when a feed
is due.
"""

from ingest.manners.manners import Manners
from ingest.manners.pauses import Pause
from ingest.manners.robots import Permission, user_agent

__all__ = ["Manners", "Pause", "Permission", "user_agent"]
