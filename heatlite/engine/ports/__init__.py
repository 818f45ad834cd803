"""The interfaces by which a plugin calls the engine: nested stacks, siblings, clouds, software configs, stack users."""
