"""城市监测, beginning with 归集质效: how well each organ files, month by month; reconciliation and alarms.

Serves Opinions arts. 6-7 (art. 7: the collection and sharing of credit information is assessed regularly). Asked by
the portal, the desk, the API and the command line; reads intake's counts and keeps its own results (adr/0009).
"""
