"""HTTP: the GraphQL door, health, and the hub's own pages."""
