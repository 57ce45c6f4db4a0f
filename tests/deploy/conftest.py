"""The emulated AWS, and the stack in it, which all tests of a run share: each file goes on where the one before ended."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stack import Stack

HERE = Path(__file__).parent
STARTS_WITHIN = 30


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """The emulated AWS; gives the environment in which tools and clients reach it."""
    work = tmp_path_factory.mktemp("aws")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "AWS_PAGER": "",
        "SAM_CLI_TELEMETRY": "0",
        "WORK": str(work),
    }
    os.environ.pop("AWS_PROFILE", None)
    os.environ.update(environment)
    settings = {
        "AUTH": "true",  # Signatures and policies count.
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": environment["AWS_REGION"],
        "ROLLOUT_MINUTE": "0.2",
        "LOG_LEVEL": "INFO",
    }
    log = work / "emulator.log"
    with log.open("w") as output:
        emulator = subprocess.Popen(
            [sys.executable, "-m", "emulator"],
            cwd=HERE,
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert emulator.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
                time.sleep(0.1)
        yield environment
    finally:
        emulator.terminate()
        emulator.wait(10)


@pytest.fixture(scope="session")
def stack(aws):
    """The stack, built and deployed with the template's defaults."""
    stack = Stack("huiyuan", Path(aws["WORK"]))
    stack.build()
    stack.deploy()
    return stack
