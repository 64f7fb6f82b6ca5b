"""`phx menu`: a graph changed by choosing, in a terminal."""
