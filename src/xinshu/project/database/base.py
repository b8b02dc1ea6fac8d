"""The database backend: a kept connection is looked at before each request, without asking the server."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for the health check."""

    def is_usable(self) -> bool:
        """Whether the kept connection is still good.

        An idle connection has nothing to read: if it has, it is the server's farewell (restart, termination), and a
        new connection is made instead. The stock check runs a query before every request.
        """
        if self.connection is None or self.connection.closed:
            return False
        readable, _, _ = select.select([self.connection.pgconn.socket], [], [], 0)
        return not readable
