"""The database of a Heat 27, as far as stacks are imported from it. It is read, and never written."""
