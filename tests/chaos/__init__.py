"""Chaos: real engines, a real broker and a real database, under load, while things break. Nothing may get stuck.

    clients ──▶ RabbitMQ ◀──proxy──┐
    (lives.py)                     ├── engines (fleet.py) ──▶ things: files in a directory (world.py, thing.py)
    watch ────▶ database ◀──proxy──┘         ▲
    (watch.py)                               └── killed, stopped, restarted, cut off (faults.py), from a seed

When the time is up the faults end, everything settles, and ``endings.py`` says what is wrong, if anything is.
"""
