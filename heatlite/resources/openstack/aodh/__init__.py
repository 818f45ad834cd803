"""Types of Aodh, the alarming service."""
