"""Converge the nodes of a traversal: check, run steps, record results, each in one database transaction."""
