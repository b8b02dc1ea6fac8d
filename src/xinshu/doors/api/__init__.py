"""The door for machines: mounts the rooms' routers under /api/v1."""
