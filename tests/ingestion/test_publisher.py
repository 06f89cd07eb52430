"""Stopping the publisher while it waits."""

import os
import signal
import threading

import pytest

from contracts.settings import Settings
from ingestion.publisher import Publisher

NOBODY = Settings(_env_file=None, kafka_host="127.0.0.1", kafka_port=1)


@pytest.mark.parametrize("after_s", [0.05, 0.15, 0.25, 0.35, 0.55, 0.65])
def test_ctrl_c_while_the_broker_is_waited_for(after_s: float) -> None:
    """Ctrl-C in flush is KeyboardInterrupt at whatever moment it comes, not an error of the client's."""
    publisher = Publisher(NOBODY)
    publisher.send([("sales_events", b"key", b"value")])
    ctrl_c = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT))
    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        publisher.flush()
    ctrl_c.join()
