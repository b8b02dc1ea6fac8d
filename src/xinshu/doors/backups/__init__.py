"""Backups: the store in one sealed file, and back; nothing that ended since comes back with it (docs/adr/0013)."""
