"""What a plugin may ask of the engine: nested stacks, siblings, clouds, software configs, stack users."""
