"""Signals, scaling and hooks: requests to a single resource, outside its stack's operations."""
