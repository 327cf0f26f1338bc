"""Guidang reads feeds, and stores their entries in a database and a Hexo archive.

 sources/ ──Document──▶ reading/ ──────────────────────────────▶ store/ ──▶ follow/ ──▶ outputs/
 live, …                parse ▶ normalize ▶ dedupe ▶ extract     database   files       hexo, …

`poll` is the module to open first; docs/architecture.md has the whole map.
"""
