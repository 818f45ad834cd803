"""The database: all state that matters lives here.

    settings     what a database needs to know, as values
    api          Database: enginefacade configured; @reader and @writer mark every function that touches it
    models       the tables; names follow Heat's
    stacks, resources, sync_points, templates, events, services
                 one module a table: small functions that take a context and return frozen records
    bulk         many rows, different values, one statement
    migration    alembic, the only way to a schema

Every state change is a conditional write. A function that lost says so in what it returns; the caller must look.
"""
