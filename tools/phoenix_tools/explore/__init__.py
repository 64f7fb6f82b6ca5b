"""`phx explore`: a graph, or the difference of two, as one HTML file that works offline."""
