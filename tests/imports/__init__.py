"""Taking stacks over from Heat: a database that real Heat filled, and what becomes of it."""
