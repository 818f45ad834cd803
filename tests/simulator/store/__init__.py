"""The simulated store: heatlite's tables in memory, with the visibility and the locks of READ COMMITTED.

    rows          a row: what is committed, what its owner made of it, who waits for whom
    plans         a statement as plain closures over rows
    translate     SQLAlchemy Core → plan
    transaction   one transaction: what it wrote and holds; statements, locks, deadlocks
    database      what heatlite sees: reader and writer on a context, as oslo.db's enginefacade gives them

Whatever differs between the servers and may matter is a ``Flavour``: PostgreSQL's or InnoDB's.
"""
