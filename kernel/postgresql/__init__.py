"""Django's PostgreSQL backend, with connections that are found dead without asking the server."""
