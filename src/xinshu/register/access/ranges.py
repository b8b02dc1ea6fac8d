"""The half-open range of two date columns, for no-overlap constraints."""

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func


class DateRange(Func):
    """`[from, until)`; a null end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()
