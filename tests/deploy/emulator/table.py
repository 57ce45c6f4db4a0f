"""AWS::DynamoDB::Table, made by CreateTable with its checks, and leading keys in policies.

MiniStack's own writes a record without those checks, over a table that was kept of the same name, and takes away a
protected one. AWS: "AWS::DynamoDB::Table" and "Using deletion protection". A drawn name is another each time.

`dynamodb:LeadingKeys` holds the partition keys of a request: "Using IAM policy conditions for fine-grained access
control". MiniStack does not know it.
"""

import json
import os

from ministack.core import iam_actions
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

TAKEN_OVER = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "StreamSpecification",
)
MAKES_ANOTHER = ("KeySchema", "LocalSecondaryIndexes", "TableName")


def install():
    table = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    update = table["update"]

    def update_table(physical_id, old, new, stack, logical_id=None):
        if any(old.get(key) != new.get(key) for key in MAKES_ANOTHER):
            return create(logical_id, new, stack)
        named = {"TableName": physical_id}
        if old.get("OnDemandThroughput") != new.get("OnDemandThroughput"):
            call(dynamodb._update_table, named | {"OnDemandThroughput": new.get("OnDemandThroughput", {})})
        return update(physical_id, old | named, new | named, stack, logical_id)

    table.update(create=create, update=update_table, delete=delete)

    context_of = iam_actions.dynamodb_service_context

    def context_with_keys(body):
        context = context_of(body)
        keys = leading_keys(json.loads(body or b"{}"))
        return context | {"dynamodb:LeadingKeys": keys} if keys else context

    iam_actions.dynamodb_service_context = context_with_keys


def call(operation, data):
    status, _, answer = operation(data)[:3]
    if status >= 400:
        raise ValueError(answer.decode() if isinstance(answer, bytes) else str(answer))


def create(logical_id, properties, stack):
    name = properties.get("TableName") or f"{stack}-{logical_id}-{os.urandom(6).hex().upper()}"
    asked = {key: properties[key] for key in TAKEN_OVER if key in properties}
    call(dynamodb._create_table, {"TableName": name, **asked})
    for setting, operation in (
        ("TimeToLiveSpecification", dynamodb._update_ttl),
        ("PointInTimeRecoverySpecification", dynamodb._update_continuous_backups),
    ):
        if setting in properties:
            call(operation, {"TableName": name, setting: properties[setting]})
    return name, provisioners._ddb_attrs(dynamodb._tables[name])


def delete(physical_id, _):
    if physical_id in dynamodb._tables:
        call(dynamodb._delete_table, {"TableName": physical_id})


def leading_keys(request):
    """The partition keys that a request names, each once."""
    found = []

    def take(item):
        if isinstance(item, dict) and "pk" in item:
            found.append(next(iter(item["pk"].values())))

    take(request.get("Key"))
    take(request.get("Item"))
    values = request.get("ExpressionAttributeValues") or {}
    condition = request.get("KeyConditionExpression", "").split(" AND ")[0]
    for name, value in values.items():
        if condition.endswith(f" {name}"):
            found.append(next(iter(value.values())))
    for asked in (request.get("RequestItems") or {}).values():
        for part in asked.get("Keys", []) if isinstance(asked, dict) else asked:
            take(part)
    for part in request.get("TransactItems") or []:
        for action in part.values():
            take(action.get("Key"))
            take(action.get("Item"))
    return list(dict.fromkeys(found))
