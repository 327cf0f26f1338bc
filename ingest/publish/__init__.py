"""What follows after files were written: commit them with git, run the user's command.

publisher        once after each pass with news   ← open this first
git              the git program
commit_message   what came, in words
command          the user's command, with a time limit
"""

from ingest.publish.publisher import Publisher

__all__ = ["Publisher"]
