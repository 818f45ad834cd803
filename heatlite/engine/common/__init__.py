"""Helpers that every part of the engine uses: settings, limits, clock and ids, policy, masking of errors."""
