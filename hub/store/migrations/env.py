"""Alembic's entry point: run the migrations in the transaction of the given connection."""

from alembic import context

from hub.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
