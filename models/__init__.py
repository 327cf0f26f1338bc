"""The tables of the database: columns and relations, nothing else."""

from models.archive import ArchiveFile, Embargo, FormerPath, SiteFile, SiteName
from models.backfill import Backfill, BackfillDocument, BackfillRecord, BackfillWalk
from models.base import Base
from models.entry import Address, Capture, Entry, Revision, Unread
from models.feed import Feed, PollRow
from models.follower import Due, Follower
from models.image import Image, ImageFile, ImageUse
from models.likeness import (
    LikenessEntry,
    LikenessHub,
    LikenessKey,
    LikenessLink,
    LikenessText,
)
from models.poll_hour import PollHour
from models.reader import ReaderMargin, ReaderMark
from models.search import SearchDocument
from models.servers import HostPause, RsshubInstance, RsshubNamespace
from models.setting import Setting
from models.takedown import Takedown, Tombstone
from models.web import WebSession, WebToken

__all__ = [
    "Address",
    "ArchiveFile",
    "Backfill",
    "BackfillDocument",
    "BackfillRecord",
    "BackfillWalk",
    "Base",
    "Capture",
    "Due",
    "Embargo",
    "Entry",
    "Feed",
    "Follower",
    "FormerPath",
    "HostPause",
    "Image",
    "ImageFile",
    "ImageUse",
    "LikenessEntry",
    "LikenessHub",
    "LikenessKey",
    "LikenessLink",
    "LikenessText",
    "PollHour",
    "PollRow",
    "ReaderMargin",
    "ReaderMark",
    "Revision",
    "RsshubInstance",
    "RsshubNamespace",
    "SearchDocument",
    "Setting",
    "SiteFile",
    "SiteName",
    "Takedown",
    "Tombstone",
    "Unread",
    "WebSession",
    "WebToken",
]
