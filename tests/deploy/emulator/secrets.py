"""The flags of `GenerateSecretString`, which MiniStack passes over but for ExcludeCharacters and PasswordLength.

AWS: "AWS::SecretsManager::Secret GenerateSecretString".
"""

import string

from ministack.services.cloudformation import provisioners

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
