"""The rules of RSSHub: its routes, its instances, the names of its categories.

    routes        convert a route to an instance's address, and back; access codes; recognise
                  documents from an RSSHub                                    ← open this first
    patterns      match paths with the pattern of a route
    metadata      find a feed's categories, in Chinese, in RSSHub's description of its routes

All functions are pure; `sources.instances` sends the requests.
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
