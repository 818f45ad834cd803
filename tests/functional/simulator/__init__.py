"""The simulated store beside real servers."""
