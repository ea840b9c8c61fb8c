"""The GraphQL schema, one file per noun. Classes only describe types; records are the values."""
