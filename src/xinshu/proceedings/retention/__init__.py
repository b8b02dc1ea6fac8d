"""保存与删除: what is past its retention is erased, by the law's clock, and nobody has to ask. Serves PIPL art. 47.

Keeps nothing of its own: asks the law of each record, and has every room erase what it holds of it (adr/0024).
Asked by its own nightly job, `xinshu erase`, and a restore.
"""
