"""Publish written files: commit them with git, and run the user's command.

publisher        publish once after each run with changes   ← open this first
git              the git program
commit_message   the message of a commit
command          the user's command, with a time limit
"""

from ingest.publish.publisher import Publisher

__all__ = ["Publisher"]
