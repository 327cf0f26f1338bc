"""The rules of RSSHub: its routes, its instances, the names of its categories; pure.

    routes        a route's address at an instance, and back; access codes; which documents are
                  from an RSSHub                                              ← open this first
    patterns      paths that fit a route's pattern
    metadata      RSSHub's description of its routes → categories for a feed, in Chinese

No module here sends requests; `sources.instances` does.
"""

from ingest.rsshub.routes import (
    Instance,
    address_of,
    instance_of,
    instances_of,
    is_route,
    kept_address,
    route_of,
)

__all__ = [
    "Instance",
    "address_of",
    "instance_of",
    "instances_of",
    "is_route",
    "kept_address",
    "route_of",
]
