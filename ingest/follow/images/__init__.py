"""Kept pictures: which are wanted, and the folder with their files.

lister     the follower that lists the pictures of changed entries   ← open this first
folder     the files of kept pictures
"""

from ingest.follow.images.folder import ImageFolder
from ingest.follow.images.lister import IMAGES, ImageLister

__all__ = ["IMAGES", "ImageFolder", "ImageLister"]
