"""What a graph costs: one record beside graph.json, which every command that speaks of costs reads."""
