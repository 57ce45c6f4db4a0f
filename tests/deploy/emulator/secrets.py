"""Secrets: the flags of `GenerateSecretString`, names that nobody had, and secrets taken up by a stack.

MiniStack passes over the flags but for ExcludeCharacters and PasswordLength, writes over a secret that was kept of the
same name, and imports none. AWS: "AWS::SecretsManager::Secret GenerateSecretString", and "Resource type support" for
import, where a secret's identifier is its ARN.
"""

import os
import string

from ministack.services import secretsmanager
from ministack.services.cloudformation import changesets, provisioners

KIND = "AWS::SecretsManager::Secret"
KINDS = {
    "ExcludePunctuation": string.punctuation,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
}


def install():
    generate = provisioners._sm_secret_string

    def generate_with_flags(properties):
        asked = dict(properties.get("GenerateSecretString") or {})
        if not asked:
            return generate(properties)
        excluded = asked.get("ExcludeCharacters", "")
        for flag, characters in KINDS.items():
            if str(asked.get(flag, False)).lower() == "true":
                excluded += characters
        asked.update(ExcludeCharacters=excluded, PasswordLength=int(asked.get("PasswordLength", 32)))
        return generate(properties | {"GenerateSecretString": asked})

    provisioners._sm_secret_string = generate_with_flags

    secret = provisioners._RESOURCE_HANDLERS[KIND]
    create, update = secret["create"], secret["update"]

    def create_unique(logical_id, properties, stack):
        name = properties.get("Name") or f"{logical_id}-{os.urandom(6).hex()}"
        return create(logical_id, properties | {"Name": name}, stack)

    def update_named(physical_id, old, new, stack, logical_id=None):
        named = {} if "Name" in new else {"Name": physical_id}
        return update(physical_id, old | named, new | named, stack, logical_id)

    def take_up(identifier):
        arn = identifier["Id"]
        return name_of(arn), {"Id": arn, "Arn": arn}

    def problem(arn):
        return None if name_of(arn) else f"Secret: {arn} does not exist."

    secret.update({"create": create_unique, "update": update_named, "import": take_up})
    changesets._IMPORT_LOOKUPS[KIND] = (("Id",), problem)


def name_of(arn):
    return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), None)
