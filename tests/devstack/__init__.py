"""The devstack plugin."""
