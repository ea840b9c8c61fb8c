"""Authentication of requests and sockets, login of people, and the OAuth endpoints."""
