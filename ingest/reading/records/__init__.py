"""Reads the files of other archives: records with front matter, and exports of WordPress.

record_entries  a record → an entry
records         a record's front matter and body (front_matter, record_body)
wxr             an export of WordPress → a feed (autop: paragraphs, shortcodes: pictures, players)
"""
