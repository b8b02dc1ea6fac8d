"""The table of erasures: digests that nobody can compute without a key that is not in the database."""

from django.db import models


class Erased(models.Model):
    """A document that was held once and is erased: HMAC-SHA256 of its identity and a code of its body.

    The row that was written first is the digest of nothing, by which a lost key is noticed.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
