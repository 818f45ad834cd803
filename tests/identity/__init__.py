"""Tests with a real keystone: see ``keystone_server``."""
