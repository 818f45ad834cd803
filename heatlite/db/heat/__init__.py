"""The database of a Heat 27, as far as its stacks are taken over. It is read, and never written."""
