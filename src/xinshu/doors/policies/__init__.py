"""政策评估: a draft of rules is refused with the article, or compared over the whole register, and its report kept.

Serves Opinions art. 19 (policy is assessed before it is issued) and guard-rail G32. It reads the gate and the rules in
force, and touches no record (docs/adr/0036). Asked by the command line, the desk and the portal.
"""
