"""`sam local start-api`, in real containers, over the local stack: the binaries as Lambda's own image starts them.

podman stands in for Docker, and the image is made here: no registry of images is asked. It holds what the binaries
are linked with and a shell, in which SAM adds its emulator of the runtime's interface.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from stack import PROCESSOR, REPOSITORY, Answer, Stack

BRIDGE = "10.88.0.1"  # podman's, unless it was told otherwise.
# What a machine without CAP_SYS_RESOURCE needs: limits that are no higher than its own, and runc.
CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
APPLETS = ("sh", "mv", "chmod", "mkdir", "rm", "cat")
STARTS_WITHIN = 90


class Api:
    """What listens on a port of loopback."""

    def __init__(self, port):
        self.port = port

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until_listening(host, port, process, log):
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((host, port)).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """Starts processes in the background, each with a log, and ends them."""
    folder = tmp_path_factory.mktemp("local")
    started = []

    def start(name, command, **environment):
        log = folder / f"{name}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                list(map(str, command)),
                cwd=folder,
                # Without the emulated AWS of the other tests.
                env={name: value for name, value in os.environ.items() if name[:4] != "AWS_"} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process, log

    start.folder = folder
    yield start
    for process in reversed(started):
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def engine(processes):
    """podman, with containers and images of its own; gives the environment in which SAM finds it."""
    folder = processes.folder
    (folder / "containers.conf").write_text(CONTAINERS)
    environment = {"CONTAINERS_CONF": str(folder / "containers.conf")}
    # Without overlays, which would stay mounted.
    podman = ["podman", "--storage-driver", "vfs", "--root", folder / "images", "--runroot", folder / "containers"]
    name = "public.ecr.aws/lambda/provided:al2023-" + PROCESSOR.split("=")[1]
    image = subprocess.run(["tar", "-C", image_of(folder / "image"), "-c", "."], stdout=subprocess.PIPE, check=True)
    run = {"env": os.environ | environment, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*podman, "import", "--quiet", "-", name], input=image.stdout, **run)
    # A container makes the bridge, on which the local stack is to listen.
    subprocess.run([*podman, "run", "--rm", name, "/bin/sh", "-c", "exit 0"], **run)
    endpoint = folder / "podman.sock"
    process, log = processes("podman", [*podman, "system", "service", "--time=0", f"unix://{endpoint}"], **environment)
    until = time.monotonic() + STARTS_WITHIN
    while not endpoint.exists():
        assert process.poll() is None and time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    yield environment | {"DOCKER_HOST": f"unix://{endpoint}"}
    subprocess.run([*podman, "rm", "--all", "--force"], **run)
    subprocess.run([*podman, "rmi", "--all", "--force"], **run)


def image_of(root):
    """A root with a shell, and the libraries that the binaries are linked with."""
    for folder in ("bin", "tmp", "dev", "proc", "sys", "etc", "var/task", "var/runtime"):
        (root / folder).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin")
    for applet in APPLETS:
        (root / "bin" / applet).symlink_to("busybox")
    linked = subprocess.run(["ldd", f"{os.environ['BINARIES']}/points"], capture_output=True, text=True, check=True)
    for library in re.findall(r"/\S+", linked.stdout):
        (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, root / library[1:])
    return root


@pytest.fixture(scope="module")
def local_stack(processes, engine):
    """`cargo run`, whose AWS listens where containers reach it."""
    port, aws_port = free_port(), free_port()
    command = [f"{os.environ['BINARIES']}/huiyuan", "--port", port, "--aws-port", aws_port, "--aws-host", BRIDGE]
    process, log = processes("huiyuan", command)
    until_listening("127.0.0.1", port, process, log)
    return Api(port), aws_port


@pytest.fixture(scope="module")
def api(processes, engine, local_stack):
    """`sam local start-api`, as the document says."""
    _, aws_port = local_stack
    stack = Stack("local", processes.folder, "eu-west-1")
    stack.build()
    settings = (REPOSITORY / "local/sam.json").read_text()
    assert "host.docker.internal:8000" in settings
    (processes.folder / "sam.json").write_text(settings.replace(":8000", f":{aws_port}"))
    port = free_port()
    command = [
        *(os.environ["SAM"], "local", "start-api", "--template", stack.built / "template.yaml", "--port", port),
        *("--env-vars", processes.folder / "sam.json", "--add-host", f"host.docker.internal:{BRIDGE}"),
        *("--parameter-overrides", PROCESSOR, "--skip-pull-image", "--warm-containers", "LAZY"),
    ]
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "eu-west-1"}
    process, log = processes("sam", command, **engine, **keys, SAM_CLI_TELEMETRY="0")
    until_listening("127.0.0.1", port, process, log)
    return Api(port)


def test_a_login_and_a_session_of_each_family(api):
    login = api.call("POST", "/v1/site/login", "username=demo&password=huiyuan&group=app")
    token = login.json["data"]["access_token"]
    updated = api.call("POST", f"/v2/customer/account/up-userinfo?access-token={token}", "nickname=demo")
    assert updated.code() == 200
    login = api.call("POST", "/api/v1/account/login", "account=demo&password=huiyuan")
    assert login.code() == 200
    assert login.cookie().startswith("_homeland_shop_customer_session=")
    token = login.cookie().split("=", 1)[1]
    current = api.call("GET", f"/api/v1/account/current?access-token={token}")
    assert current.json["customer"]["uname"] == "demo"


def test_a_picture_is_one(api):
    path = api.call("GET", "/captcha").json["path"]
    picture = api.call("GET", f"/captcha{path}")
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")


def test_a_message_comes_to_the_inbox(api, local_stack):
    stack, _ = local_stack
    mobile = "13900000014"
    sent = api.call("POST", "/api/v1/account/send_regist_validate_sms", f"mobile={mobile}")
    assert sent.code() == 200
    inbox = stack.call("GET", "/_local/messages")
    assert mobile in json.dumps(inbox.json)


def test_the_operators_routes_are_closed(api, local_stack):
    _, aws_port = local_stack
    assert api.call("GET", "/admin/members/1/points").status == 404
    connection = http.client.HTTPConnection(BRIDGE, aws_port, timeout=10)
    connection.request("GET", "/admin/members/1/points")
    assert connection.getresponse().status != 200
