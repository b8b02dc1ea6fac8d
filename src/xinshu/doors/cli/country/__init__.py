"""A made-up country: bodies, organs and their files, drawn from a seed. Nothing in it belongs to anyone.

Its codes are of divisions that do not exist (99xxxx), its identity numbers of nobody. Asked by `xinshu seed` and tests.
"""
