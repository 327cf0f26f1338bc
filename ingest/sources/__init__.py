"""Documents come in: each source is one file here."""
