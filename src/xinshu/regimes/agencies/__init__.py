"""信用服务机构: whether those who copy what is shown keep to it, and how a copy of what has ended is taken away.

Serves Opinions art. 8, and that endings reach every consumer (SC-2025-22, guard-rail G12). Asked by portal, desk,
API and command line; reads the register through its queries alone.
"""
