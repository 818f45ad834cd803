"""Types of Zaqar, the messaging service."""
