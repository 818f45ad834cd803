"""Which engines are alive, what this one has claimed, and how projects share it."""
