"""Types of the cloud's services: what they have in common."""
