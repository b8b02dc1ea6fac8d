"""The law for a million rows: questions of kit and law answered in columns (Polars, numpy), with no Django.

What is here twice, here and in kit or law, is held equal to the last digit by tests/parity.
"""
