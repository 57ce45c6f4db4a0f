"""What `ses:SendEmail` is authorized on: the identity of the sender, with `ses:FromAddress` as a condition key.

MiniStack knows neither. AWS: "Actions, resources, and condition keys for Amazon SES". The identity is the address, its
domain, or a domain above it, whichever is verified.
"""

import json
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.services import ses_v2


def install():
    resource_of, enforce = iam_actions._ses_v2_resource_arn, iam_evaluator.enforce
    sender = {}

    def resource_of_sender(method, path, body, region, account):
        if not path.rstrip("/").endswith("/outbound-emails"):
            return resource_of(method, path, body, region, account)
        address = json.loads(body or b"{}").get("FromEmailAddress", "")
        address = re.sub(r".*<([^>]*)>.*", r"\1", address).lower()
        sender["ses:FromAddress"] = address
        return f"arn:aws:ses:{region}:{account}:identity/{identity_of(address)}"

    def enforce_with_sender(key, action, service, region, resource_arn="*", service_context=None):
        if action == "ses:SendEmail":
            service_context = {**(service_context or {}), **sender}
        return enforce(key, action, service, region, resource_arn, service_context)

    iam_actions._ses_v2_resource_arn = resource_of_sender
    iam_evaluator.enforce = enforce_with_sender


def identity_of(address):
    name = address
    while name and name not in ses_v2._identities:
        name = name.split("@", 1)[1] if "@" in name else name.partition(".")[2]
    return name or address
