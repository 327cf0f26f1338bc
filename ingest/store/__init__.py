"""All queries of the database, one module for each subject."""
