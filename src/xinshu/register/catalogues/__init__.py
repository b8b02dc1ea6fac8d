"""目录: which edition of the catalogue is in force. Adopts editions by hash, answers catalogue_on(day).

Each later edition needs an assessment of exactly its content, which is kept here with the comments on its draft (G32).
Serves Opinions arts. 6 (one catalogue) and 19 (assessed before it is issued). Asked by intake, disclosure and every
page that names a rule.
"""
