"""A small OpenStack on loopback, and the types of the cloud's services told to it. See ``cloud`` and ``run``."""
