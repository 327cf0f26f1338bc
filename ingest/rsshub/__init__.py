"""What is known of RSSHub: its routes, its instances, the names of its categories; pure.

    routes        a route's address at an instance, and back; access codes   ← open this first
    recognition   whether a document comes from an RSSHub
    subjects      the names of its categories
    patterns      paths that fit a route's pattern
    metadata      its own description of its routes → categories for a feed

Nothing here asks anything: that is `sources.instances`.
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
