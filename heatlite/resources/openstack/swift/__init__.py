"""Types of Swift, the object store."""
