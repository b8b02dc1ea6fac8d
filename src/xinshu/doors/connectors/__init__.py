"""Connectors 连接器: departments' folders, buckets, databases and services, read on a schedule as configuration says.

Serves GB/T 39443 (file, database, service) and the Opinions art. 7. Each source ends in the same intake as an upload.
"""
