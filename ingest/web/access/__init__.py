"""Who may see and change the archive in a browser, and what a browser may do with its pages.

visitor    a visitor and the two rights; `MANAGERS`: the middleware of routes that change something
door       finds out who the visitor is, for each request
network    which machine a request comes from, and for which name
headers    the rules for browsers: Content Security Policy and others
"""
