"""The engine: receives messages, decides, and writes transactions, around the pure convergence core.

Packages, from the lowest. Each imports only from those above it in this list::

    common         settings, limits, clock and ids, policy, masked errors
    definitions    a traversal's parsed template and graph, the claimed row, the scope of template functions
    ports          the interfaces that a plugin may call: nested stacks, siblings, clouds, software configs
    decision       decide what happens to a resource: evaluate, compare, decide
    membership     which engines are alive, what this one has claimed, how projects share an engine
    shared         the objects that the parts of one engine process share
    traversal      converge nodes: check, run steps, record results, each in one database transaction
    operations     validate and begin the operations that clients request
    nested         begin the operations that parents request for nested stacks
    signals        deliver signals to resources, outside their stack's operations
    api            the client API: arguments, methods, replies (topic ``engine``)
    heat_import    take over the stacks of an existing Heat
    observability  metrics, notifications, profiling, and explaining why a stack waits
    runtime        engine processes: wiring, start and stop, sweeps, endpoints

The path of a request: ``api.service`` → ``operations.lifecycle`` → ``traversal.transactions.begin``. The path of a
node: ``runtime.worker`` → ``traversal.checker`` → ``transactions.claim`` → ``step_runner`` → ``result_recorder`` →
``transactions.finish``.
"""
