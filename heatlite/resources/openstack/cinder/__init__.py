"""Cinder: volumes and what they are attached to."""
