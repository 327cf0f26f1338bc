"""The schema's history; revisions import neither `models` nor `ingest`."""
