"""Types of Designate, the DNS service."""
