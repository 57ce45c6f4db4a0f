"""A stack in the emulated AWS: building and deploying it as the documents say, and calling what it serves."""

import http.client
import itertools
import json
import os
import re
import shutil
import subprocess
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

REPOSITORY = Path(__file__).parents[2]
# Each request comes from an address of its own unless it says which: the limits per address are not what is tested here.
addresses = itertools.count()
releases = itertools.count(int(time.time()))


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json["code"]

    def cookie(self):
        return self.headers["Set-Cookie"].split(";")[0]


class Failed(Exception):
    """What `sam` said when it failed."""


class Stack:
    def __init__(self, name, work, region=None):
        self.name, self.work = name, work
        self.region = region or os.environ["AWS_REGION"]
        self.host = None

    # --- As an operator does -----------------------------------------------------------------------------------

    def build(self):
        """`sam build`, with the binaries that are there already."""
        environment = os.environ | {
            "PATH": f"{Path(__file__).parent / 'bin'}:{os.environ['PATH']}",
            "CARGO_TARGET_DIR": str(self.work / "target"),
        }
        self.sam("build", "--template", REPOSITORY / "template.yaml", "--parameter-overrides", PROCESSOR, env=environment)

    def deploy(self, *parameters):
        """`sam deploy`, of another release."""
        self.sam(
            "deploy",
            *("--template-file", self.built / "template.yaml", "--stack-name", self.name, "--region", self.region),
            *("--no-confirm-changeset", "--no-progressbar", "--no-fail-on-empty-changeset"),
            *("--parameter-overrides", PROCESSOR, f"Release={next(releases)}", *parameters),
        )
        self.host = None

    def update(self, *parameters, release=True, alter=None):
        """What `sam deploy` does with other values of these parameters and unchanged code, within a second.

        `alter` is a function that changes the text of the deployed template.
        """
        if release:
            parameters = (*parameters, f"Release={next(releases)}")
        given = dict(parameter.split("=", 1) for parameter in parameters)
        cloudformation = self.client("cloudformation")
        # The template as it was written: the stored one is transformed, and would not be so again.
        body = cloudformation.get_template(StackName=self.name, TemplateStage="Original")["TemplateBody"]
        url = self.upload(alter(body) if alter else body)
        names = [parameter["ParameterKey"] for parameter in self.describe()["Parameters"]]
        cloudformation.update_stack(
            StackName=self.name,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": given[name]}
                if name in given
                else {"ParameterKey": name, "UsePreviousValue": True}
                for name in names
            ],
            TemplateURL=url,
        )
        until = time.monotonic() + 60
        while (status := self.describe()["StackStatus"]).endswith("IN_PROGRESS"):
            assert time.monotonic() < until, status
            time.sleep(0.1)
        if status != "UPDATE_COMPLETE":
            raise Failed(status)

    def upload(self, text):
        """Puts a template into a bucket: one of more than 51,200 bytes is not taken otherwise."""
        bucket = self.client("s3")
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        if "templates" not in [each["Name"] for each in bucket.list_buckets()["Buckets"]]:
            bucket.create_bucket(Bucket="templates", **where)
        bucket.put_object(Bucket="templates", Key="template.yaml", Body=text.encode())
        return f"{os.environ['AWS_ENDPOINT_URL']}/templates/template.yaml"

    def sam(self, command, *options, env=None):
        options = [command, "--config-file", REPOSITORY / "samconfig.toml", *options]
        if command == "build":
            options += ["--build-dir", self.built]
        said = subprocess.run(
            [os.environ["SAM"], *map(str, options)], env=env, capture_output=True, text=True, cwd=self.work, timeout=900
        )
        (self.work / f"{command}.log").write_text(said.stdout + said.stderr)
        if said.returncode != 0:
            raise Failed(said.stdout[-3000:] + said.stderr[-3000:])

    @property
    def built(self):
        return self.work / "build"

    # --- What is there -----------------------------------------------------------------------------------------

    def client(self, service):
        return boto3.client(service, region_name=self.region)

    def describe(self):
        return self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]

    def output(self, key):
        return next((o["OutputValue"] for o in self.describe()["Outputs"] if o["OutputKey"] == key), None)

    def parameter(self, key):
        return next(p["ParameterValue"] for p in self.describe()["Parameters"] if p["ParameterKey"] == key)

    def resources(self):
        """The names of the stack's resources, by their names in the template."""
        found = self.client("cloudformation").describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}

    def alarms(self):
        """The states of the alarms, by their names in the template."""
        names = {name: logical for logical, name in self.resources().items() if logical.endswith("Alarm")}
        states = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return {names[a["AlarmName"]]: a["StateValue"] for a in states if a["AlarmName"] in names}

    def lines(self, log):
        """The lines of a log group, each a JSON document."""
        pages = self.client("logs").get_paginator("filter_log_events")
        pages = pages.paginate(logGroupName=self.resources()[log])
        events = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line) for line in events if line.startswith("{")]

    # --- As a client does --------------------------------------------------------------------------------------

    def call(self, method, path, form=None, *, json_body=None, headers=None, address=None, signer=None, host=None):
        """One request through the gateway; `signer` signs it for `execute-api`."""
        port = os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]
        if self.host is None:
            self.host = f"{self.resources()['Api']}.execute-api.localhost:{port}"
        host = host or self.host
        number = next(addresses)
        headers = {"Host": host, **(headers or {})}
        body = None
        if form is not None:
            body = form if isinstance(form, str) else urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif json_body is not None:
            body = json.dumps(json_body)
            headers["Content-Type"] = "application/json"
        if signer is not None:
            request = AWSRequest(method, f"http://{host}{path}", data=body, headers=headers)
            SigV4Auth(signer, "execute-api", self.region).add_auth(request)
            headers = dict(request.headers.items())
        headers["X-Driver-Address"] = address or f"198.51.{number // 250 % 250}.{number % 250 + 1}"
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **named):
        return self.call("GET", path, **named)

    def post(self, path, form=None, **named):
        return self.call("POST", path, form, **named)

    # --- What the carriers took --------------------------------------------------------------------------------

    def messages(self, mobile):
        """The texts that SNS sent to a mainland mobile."""
        sent = read("/_ministack/sns/sms-messages")["sms_messages"].get(f"+86{mobile}", [])
        return [message.get("Message") or message["message"] for message in sent]

    def mails(self, address):
        """The mails that SES sent to an address, each as a text with everything in it."""
        boxes = read("/_ministack/ses/messages")["messages"].values()
        sent = (json.dumps(mail, ensure_ascii=False) for box in boxes for mail in box)
        return [mail for mail in sent if address in mail]


# The processor of this machine, for which the binaries are built.
PROCESSOR = "Architecture=" + {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]


def read(path):
    port = int(os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    return json.loads(connection.getresponse().read())
