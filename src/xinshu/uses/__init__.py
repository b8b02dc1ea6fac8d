"""Wing 'uses': what the register is for. Reads the register, never writes it."""
