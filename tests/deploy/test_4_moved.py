"""The end of a stack: what it holds moves to another region, it is deleted, and its table is taken up again."""

import gzip
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from stack import REPOSITORY, Stack

DOCUMENT = (REPOSITORY / "docs/deploying.md").read_text()
ELSEWHERE = "ap-southeast-1"
NAME, PASSWORD = "moved", "geheim1"


def scripts(heading):
    """The scripts of a section of the document, as they stand there."""
    section = re.search(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)[1]
    for found in re.finditer(r"^( *)```bash\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE):
        yield "\n".join(line.removeprefix(found[1]) for line in found[2].splitlines())


def run(text, folder, **variables):
    """Runs a script of the document, with version 2 of the AWS CLI."""
    variables = {name: str(value) for name, value in variables.items()}
    path = {"PATH": f"{Path(__file__).parent / 'bin'}:{os.environ['PATH']}"}
    said = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=os.environ | path | variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.fixture(scope="module")
def session(stack):
    """The cookie of a member who registered before all this."""
    form = {"account": NAME, "password": PASSWORD, "password_again": PASSWORD}
    return stack.post("/api/v1/account/register_with_user_name", form).cookie()


def items(stack, table):
    """The items of a table in the order of their keys, without those that expire meanwhile."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    found = [item for page in pages for item in page["Items"] if "expires_at" not in item]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def test_members_and_sessions_move_to_another_region(stack, session, tmp_path):
    moved = Stack(stack.name, stack.work, ELSEWHERE)
    moved.deploy(f"Groups={stack.parameter('Groups')}")
    bring_key, bring_items = scripts("Move to another region")
    run(bring_key, tmp_path, OLD_KEY=stack.output("ServiceKeyArn"), NEW_KEY=moved.output("ServiceKeyArn"), REGION=ELSEWHERE)
    moved.update()
    assert service_key(moved) == service_key(stack)

    old, new = stack.output("TableName"), moved.output("TableName")
    database, bucket = stack.client("dynamodb"), stack.client("s3")
    bucket.create_bucket(Bucket="export", CreateBucketConfiguration={"LocationConstraint": stack.region})
    arn = database.describe_table(TableName=old)["Table"]["TableArn"]
    export = database.export_table_to_point_in_time(TableArn=arn, S3Bucket="export", ExportFormat="DYNAMODB_JSON")
    export = export["ExportDescription"]["ExportArn"]
    while database.describe_export(ExportArn=export)["ExportDescription"]["ExportStatus"] == "IN_PROGRESS":
        time.sleep(0.1)
    folder = tmp_path / "data"
    folder.mkdir()
    prefix = f"AWSDynamoDB/{export.split('/')[-1]}"
    for each in bucket.list_objects_v2(Bucket="export", Prefix=f"{prefix}/data/")["Contents"]:
        body = bucket.get_object(Bucket="export", Key=each["Key"])["Body"].read()
        (folder / Path(each["Key"]).name).write_bytes(body)
    summary = bucket.get_object(Bucket="export", Key=f"{prefix}/manifest-summary.json")["Body"].read()

    run(bring_items, tmp_path, TABLE=new, REGION=ELSEWHERE)
    count = moved.client("dynamodb").scan(TableName=new, Select="COUNT")["Count"]
    # What is counted of an address may expire on the way, and is deleted then.
    lines = [line for file in folder.glob("*.json.gz") for line in gzip.open(file, "rt")]
    ends = [json.loads(line)["Item"].get("expires_at", {}).get("N") for line in lines]
    lasting = sum(1 for end in ends if end is None or int(end) > time.time())
    assert 0 < lasting <= count <= json.loads(summary)["itemCount"]
    assert items(moved, new) == items(stack, old) != []
    current = moved.get("/api/v1/account/current", headers={"Cookie": session})
    assert current.json["customer"]["uname"] == NAME


def service_key(stack):
    named = {"FunctionName": stack.resources()["SiteAuth"], "Qualifier": "live"}
    return stack.client("lambda").get_function_configuration(**named)["Environment"]["Variables"]["HUIYUAN_SERVICE_KEY"]


@pytest.fixture(scope="module")
def kept(stack):
    """What outlives the stack: the table, its key's secret, and what that holds."""
    return stack.output("TableName"), stack.output("ServiceKeyArn"), service_key(stack)


def test_a_deleted_stack_leaves_the_table_with_its_key_and_nothing_else(stack, session, kept):
    table, key, _ = kept
    stack.sam("delete", "--stack-name", stack.name, "--no-prompts", "--region", stack.region)
    left = [
        *stack.client("lambda").list_functions()["Functions"],
        *stack.client("logs").describe_log_groups()["logGroups"],
        *stack.client("cloudwatch").describe_alarms()["MetricAlarms"],
        *stack.client("apigatewayv2").get_apis()["Items"],
    ]
    assert left == []
    secrets = stack.client("secretsmanager").list_secrets()["SecretList"]
    assert [secret["ARN"] for secret in secrets] == [key]
    assert stack.client("dynamodb").list_tables()["TableNames"] == [table]
    with pytest.raises(Exception, match="deletion protection"):
        stack.client("dynamodb").delete_table(TableName=table)


def test_a_kept_table_is_taken_up_by_a_new_stack(stack, session, kept, tmp_path):
    table, key, value = kept
    before = items(stack, table)
    take_up, = scripts("Back onto a kept table")
    run(take_up, tmp_path, TABLE=table, KEY=key, TEMPLATE=REPOSITORY / "template.yaml")
    stack.deploy()
    assert (stack.output("TableName"), stack.output("ServiceKeyArn")) == (table, key)
    assert service_key(stack) == value
    assert items(stack, table) == before
    current = stack.get("/api/v1/account/current", headers={"Cookie": session})
    assert current.json["customer"]["uname"] == NAME
