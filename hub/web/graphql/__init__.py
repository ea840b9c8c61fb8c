"""The GraphQL endpoint: requests, documents, query cost, allow-lists and subscriptions."""
