"""What is shown over HTTP: health and metrics; on loopback unless told otherwise."""
