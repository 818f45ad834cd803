"""A group of addresses in Neutron, as a resource type."""
