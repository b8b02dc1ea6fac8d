"""A copy of what is shown, kept by whoever needs one: it follows the feed of adr/0019 and believes nothing unproven.

This is what a bank or an agency runs. It imports no Django and no table of ours.
"""
