"""Values that every part of the engine uses: settings, limits, clock and ids, policy, and how errors are masked."""
