"""Where documents come from: one file for each source."""
