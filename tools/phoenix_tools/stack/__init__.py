"""The deepest stack of each thread and interrupt, from the call graph of a linked image. Method and limits: docs/guide/costs.md."""
