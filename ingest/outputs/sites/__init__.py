"""Write records for site generators other than Hexo, and as pages for a browser.

posts      the format of most: front matter by a table of keys, then the HTML   ← open this first
article    the fields of a record for front matter
yaml       YAML that all readers read as the same values
hugo jekyll pelican nikola material eleventy astro vitepress     one site generator each
html       whole pages that need no generator
"""

from __future__ import annotations

from ingest.outputs.sites.astro import AstroLayout
from ingest.outputs.sites.eleventy import EleventyLayout
from ingest.outputs.sites.html import HtmlLayout
from ingest.outputs.sites.hugo import HugoLayout
from ingest.outputs.sites.jekyll import JekyllLayout
from ingest.outputs.sites.material import MaterialLayout
from ingest.outputs.sites.nikola import NikolaLayout
from ingest.outputs.sites.pelican import PelicanLayout
from ingest.outputs.sites.posts import PostLayout
from ingest.outputs.sites.vitepress import VitePressLayout

SITE_LAYOUTS: tuple[type[PostLayout], ...] = (
    HugoLayout,
    JekyllLayout,
    PelicanLayout,
    NikolaLayout,
    MaterialLayout,
    EleventyLayout,
    AstroLayout,
    VitePressLayout,
    HtmlLayout,
)

__all__ = ["SITE_LAYOUTS"]
