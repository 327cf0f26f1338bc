"""Public suites that nobody on this project wrote, read from the folder GUIDANG_CORPORA."""
