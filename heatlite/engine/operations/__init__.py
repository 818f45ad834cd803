"""Client operations on stacks: validate the request, and begin a traversal."""
