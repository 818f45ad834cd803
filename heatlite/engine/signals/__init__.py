"""What reaches a resource beside its stack's operation: signals, scaling, hooks."""
