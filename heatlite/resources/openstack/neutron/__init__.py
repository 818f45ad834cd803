"""Neutron: networks and all that is on them."""
