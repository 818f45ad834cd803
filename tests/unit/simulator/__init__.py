"""The simulator's own parts."""
