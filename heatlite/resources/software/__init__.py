"""Software configs and deployments, as resource types and the engine share them.

::

    inputs, outputs (io) ──▶ a config ──▶ derived: inputs with values ──▶ a deployment to a server ──▶ what came of it
"""
