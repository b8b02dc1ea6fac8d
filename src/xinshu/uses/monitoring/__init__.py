"""城市监测, beginning with 归集质效: how well each organ files, month by month; reconciliation and alarms.

Serves Opinions arts. 6-7 (art. 7: collecting and sharing are assessed regularly). It reads intake's counts and keeps
its own results (adr/0009).
Asked by the portal, the desk, the API and the command line.
"""
