"""Reports about the engine and its stacks: metrics, notifications, profiling, and why a stack waits."""
