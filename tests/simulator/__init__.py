"""The simulator: heatlite's own engines, played in virtual time on a store, a bus and a world that chance controls.

scenario    what is played, as values; ``draw`` makes one from a seed, ``shrink`` a smaller one of it
scheduler   who runs next, and what time it is
store       the database: statements, locks, visibility
bus, line, faults, world, plugins
            messages, the way to the database, what goes wrong, what exists outside
engine      an engine process, of heatlite's own parts
simulation  plays a scenario to its end
invariants, endings
            what must hold after every commit, and when everything has settled
exhaustive  apart from all these: every order of the transactions of a small stack, on SQLite
"""
