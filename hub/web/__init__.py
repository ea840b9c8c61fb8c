"""HTTP: the GraphQL endpoint, authentication, health checks and the hub's pages."""
