"""Types of Manila, the service for shared file systems."""
