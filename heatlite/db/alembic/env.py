"""alembic's script: it runs the migrations on the engine that ``heatlite.db.migration`` passes."""

from alembic import context

from heatlite.db import dialects, models, software_models

assert software_models.metadata is models.metadata, "all tables belong to one schema"

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    dialects.begin(connection, writes=True)
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
