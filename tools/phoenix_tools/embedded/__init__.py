"""The resolved graph that every image carries, and `phx extract`, which reads it."""
