"""Argon2id at its least cost, for the made-up passwords of tests; what the site itself does is held by a test of its own."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The same algorithm and form; one pass over the least memory."""

    time_cost, memory_cost, parallelism = 1, 8, 1
