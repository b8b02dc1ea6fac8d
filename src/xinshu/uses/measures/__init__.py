"""奖惩: what records lead to, asked at the door: the check and its replay, watches, feedback, and the tender room.

Serves Opinions arts. 11 and 12: a measure needs its basis, its row and a record that stands today. It reads the gate,
and keeps what it answered, sealed and for a short time. Asked by the API, the desk, the own space and the operator.
"""
