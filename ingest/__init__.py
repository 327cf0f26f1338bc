"""Guidang: feeds in, a Hexo archive and a database out.

 sources/ ──Document──▶ reading/ ──────────────────────────────▶ store/ ──▶ follow/ ──▶ outputs/
 live, …                parse ▶ normalize ▶ dedupe ▶ extract     database   files       hexo, …

`poll` is the module to open first; docs/architecture.md has the whole map.
"""
