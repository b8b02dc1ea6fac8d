"""The organisation's own space at /own/: proof of control, its records shown or not, and what it can do about them."""
