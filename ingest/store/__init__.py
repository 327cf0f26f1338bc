"""Every query, by subject. Functions take a connection and values, and return values."""
