"""Chaos on a cloud: what tests.chaos does, with servers, ports and volumes in place of files.

    clients ──▶ RabbitMQ ◀─proxy─┐                      ┌─proxy─▶ keystone
    (lives)                      ├── engines (fleet.py) ├─proxy─▶ nova          at each: refusals, lost answers,
    watch ────▶ database ◀─proxy─┘                      ├─proxy─▶ neutron       a restart, silence (faults.py)
                                                        └─proxy─▶ cinder, glance

Engines find the proxies in the catalogue, in a region of their own. The services ask one another in the other region,
so that nothing which is done to an engine's requests is done to theirs. ``endings.py`` compares what the services have
with the engines' rows, twice: when everything has settled, and after all stacks were deleted.
"""
