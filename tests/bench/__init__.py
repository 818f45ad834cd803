"""What an operation costs: real engines on a real broker and database, measured. Run by ``tools/bench``."""
