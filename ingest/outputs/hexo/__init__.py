"""Write records as posts for Hexo: front matter as in docs/record.md, then the HTML in a `<div>`.

profiles   the keys of the front matter, for each theme   ← open this first
fields     the values of the keys
post       the fields of a record from which the values are made
places     the folders of the pages of categories
credits    the data files in which the themes Volantis and Stellar look up authors
yaml       values as YAML
layout     the layout: front matter and body
"""

from __future__ import annotations

from ingest.outputs.hexo.layout import HexoLayout

__all__ = ["HexoLayout"]
