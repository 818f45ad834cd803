"""Which engines live, what this one has claimed, and how projects share it."""
