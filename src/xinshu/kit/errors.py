"""The one base of every error that Xinshu raises on purpose."""


class XinshuError(Exception):
    """An anticipated failure: its text is meant to be read by the person concerned."""
