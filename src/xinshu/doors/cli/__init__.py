"""The command line: each command is a door; it reads the clock, calls once, and prints."""
