"""目录: which edition of the catalogue is in force. Adopts the files, keeps their hash, answers catalogue_on(day).

Serves Opinions art. 6 (one catalogue). Asked by intake, disclosure and every page that names a rule.
"""
