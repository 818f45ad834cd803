"""The engine: everything between a message and a transaction, around the pure convergence core.

Packages, from the lowest; each imports only from those above it in this list::

    common         settings, limits, clock and ids, policy, masked errors
    definitions    a traversal's parsed template and graph, the claimed row, what functions see
    ports          what a plugin may ask of the engine: nested stacks, siblings, clouds, software configs
    decision       what happens to a resource: evaluate, compare, decide
    membership     which engines live, what this one has claimed, how projects share it
    shared         what the parts of one engine process share
    traversal      converge nodes: check, run steps, record results, each in one database transaction
    operations     what clients ask to be done with a stack, validated and begun
    nested         operations on nested stacks, as their parents ask for them
    signals        what reaches a resource beside its stack's operation
    api            the client API: arguments, methods, replies (topic ``engine``)
    heat_import    taking over the stacks of a Heat
    observability  metrics, notifications, profiling, and why a stack waits
    runtime        engine processes: wiring, start and stop, sweeps, endpoints

A request's way: ``api.service`` → ``operations.lifecycle`` → ``traversal.transactions.begin``. A node's way:
``runtime.worker`` → ``traversal.checker`` → ``transactions.claim`` → ``step_runner`` → ``result_recorder`` →
``transactions.finish``.
"""
