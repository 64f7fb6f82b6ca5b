"""Many variants of a graph: `phx matrix`, `phx minimize`, `phx bench variants`."""
