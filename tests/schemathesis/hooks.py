"""Logs the demo member of the local stack in, so that requests of members get past the session."""

import json
import urllib.parse
import urllib.request

import schemathesis

DEMO = {"username": "demo", "password": "huiyuan", "group": "app"}


@schemathesis.auth(refresh_interval=5).apply_to(tag="RageFrame").apply_to(tag="Youhaosuda")
class Member:
    def get(self, case, ctx):
        base = case.operation.schema.get_base_url()
        url = urllib.parse.urljoin(base, "/v1/site/login")
        form = urllib.parse.urlencode(DEMO).encode()
        with urllib.request.urlopen(url, form) as answer:
            return json.load(answer)["data"]["access_token"]

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
