"""Authentication of requests and sockets, as a backend of Starlette's middleware."""
