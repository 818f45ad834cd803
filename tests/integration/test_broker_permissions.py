"""A broker that holds heat-api's user to the clients' topic: engines' own topics are out of its reach."""

from __future__ import annotations

import pathlib
import urllib.parse
from typing import Any

import amqp
import pytest

from heatlite.rpc import messages
from tests.deployment import Daemons, running
from tests.story import Story, hot, resource

USER = "heat-api"
OWN = (messages.WORKER_TOPIC, messages.NESTED_TOPIC, messages.LISTENER_TOPIC)


def publish(url: urllib.parse.SplitResult, user: str, topic: str) -> None:
    """Publish a message that is none, and wait until the broker has taken it."""
    where = {
        "host": f"{url.hostname}:{url.port}",
        "userid": user,
        "password": user,
        "virtual_host": url.path.strip("/"),
    }
    with amqp.Connection(**where, confirm_publish=True) as connection:
        connection.channel().basic_publish_confirm(amqp.Message("{}"), messages.EXCHANGE, topic)


def test_heat_apis_user_publishes_to_the_clients_topic_alone(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    bus = rabbitmq.fresh_vhost()
    url = urllib.parse.urlsplit(bus)
    daemons = Daemons(tmp_path, mariadb.fresh_database(), bus, workers=1)
    with running(daemons):
        # RabbitMQ 4.3 refuses such a permission while there is no exchange of that name
        rabbitmq.restrict(url.path.strip("/"), USER, messages.EXCHANGE, f"^{messages.ENGINE_TOPIC}$")
        story = Story(daemons)
        daemons.switch_to(url._replace(netloc=f"{USER}:{USER}@{url.hostname}:{url.port}").geturl())
        story.client = daemons.client
        story.create(hot(a=resource()))
        story.settle("CREATE_COMPLETE")
        for topic in OWN:
            publish(url, "guest", topic)
            with pytest.raises(amqp.AccessRefused, match=topic):
                publish(url, USER, topic)
        story.delete()
        story.settle("DELETE_COMPLETE")
