"""Tools of the project itself: contracts, CI helpers. Nothing of it runs in production."""
