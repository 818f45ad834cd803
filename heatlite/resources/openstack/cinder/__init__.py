"""Cinder: volumes, their types and their attachments."""
