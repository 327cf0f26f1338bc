"""Every query of the database, by subject. Functions take a connection and values."""
