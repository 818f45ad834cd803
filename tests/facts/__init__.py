"""Facts about Heat, for tests: see each file."""
