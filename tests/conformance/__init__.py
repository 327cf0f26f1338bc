"""Tests with public suites of other projects, read from the folder GUIDANG_CORPORA."""
