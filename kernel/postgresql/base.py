"""The backend that ``ENGINE = "kernel.postgresql"`` names."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but for how a kept connection is found to be usable."""

    def is_usable(self) -> bool:
        """False if the server is gone.

        A server that ends or that ends a session closes the connection, which is seen here without
        a round trip; only where something has arrived unasked is the server asked as Django does.
        """
        return self._is_quiet() or super().is_usable()

    def _is_quiet(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)
