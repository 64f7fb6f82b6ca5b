"""The Phoenix generator: from graphs, manifests and device trees to wiring in C++."""
