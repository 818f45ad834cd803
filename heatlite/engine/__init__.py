"""The engine: the imperative shell around the convergence core.

A request's way                                        A node's way

    api.service  the client API: validate, delegate        worker      the message arrives
    lifecycle    parse, validate, begin a traversal        check       load, decide, act, record, propagate
        │                                                  runner      drive a plugin's steps on threads and timers
        ▼                                                      │
    transactions  begin, claim, finish, fail, end: each one database transaction, in one lock order
        ▲
    recovery      leases, take-over, lost casts, time limits
    daemon        wires all of it together in one process; ``embedded`` does so inside the caller's
"""
