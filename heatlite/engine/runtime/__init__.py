"""Engine processes: wiring, start and stop, sweeps, and the endpoints of the topics."""
