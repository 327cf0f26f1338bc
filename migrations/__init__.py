"""The migrations of the schema. They import neither `models` nor `ingest`."""
