"""Neutron: networks and everything on them."""
