"""What is kept: tables as columns and relations, nothing else."""

from models.address import Address
from models.archive_file import ArchiveFile
from models.backfill import Backfill, BackfillDocument, BackfillRecord, BackfillWalk
from models.base import Base
from models.capture import Capture
from models.entry import Entry
from models.feed import Feed
from models.follower import Due, Follower
from models.former_path import FormerPath
from models.host_pause import HostPause
from models.poll import Poll
from models.revision import Revision
from models.rsshub import RsshubInstance, RsshubNamespace
from models.setting import Setting
from models.site_name import SiteName

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
    "Entry",
    "Feed",
    "Follower",
    "FormerPath",
    "HostPause",
    "Poll",
    "Revision",
    "RsshubInstance",
    "RsshubNamespace",
    "Setting",
    "SiteName",
]
