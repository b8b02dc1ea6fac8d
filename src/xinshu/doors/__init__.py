"""Where people and machines come in: the portal, the desk, the API, the command line. Doors compose, never decide."""
