"""The resource types that come with heatlite. None of them does I/O."""
