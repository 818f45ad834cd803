"""Software configs and deployments, as shared by the resource types and the engine.

::

    inputs, outputs (io) ──▶ a config ──▶ derived: inputs with values ──▶ a deployment to a server ──▶ its result
"""
