"""删除: that something was erased, by a keyed digest and nothing else (adr/0024). Serves PIPL art. 47, Opinions art. 8.

What has ended is never shown again, though nothing is kept of it. Asked by records, which takes documents in; written
by the erasure of what is past its retention.
"""
