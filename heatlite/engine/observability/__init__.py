"""What the engine tells of itself: metrics, notifications, profiling, and why a stack waits."""
