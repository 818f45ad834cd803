"""The bench's arithmetic and its pages; what it measures with real servers is measured by running it."""
