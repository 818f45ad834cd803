"""The database, which holds all state that must survive a crash.

settings     what a database needs to know, as values
api          Database: enginefacade configured; @reader and @writer mark every function that uses it
models       the tables; names follow Heat's
stacks, resources, sync_points, templates, events, services
             one module for each table: small functions that take a context and return frozen records
bulk         many rows with different values in one statement
migration    alembic, the only way to a schema

Every state change is a conditional write. A function whose write met a conflict says so in its return value, and the
caller must check it.
"""
