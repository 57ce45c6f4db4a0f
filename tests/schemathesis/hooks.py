"""Requests of the demo member of the local stack, each from an address of its own: no limit of an
address hides what is behind it."""

import functools
import itertools
import json
import urllib.parse
import urllib.request

import schemathesis

DEMO = {"username": "demo", "password": "huiyuan"}

# Their valid requests end the token that they bear.
ENDS = ("/logout", "/up-userinfo")

numbers = itertools.count()


def address():
    number = next(numbers)
    return f"198.18.{number // 250 % 250}.{number % 250 + 1}"


def log_in(base, group):
    """A member has one session in each group, so a login ends no session of another group."""
    url = urllib.parse.urljoin(base, "/v1/site/login")
    form = urllib.parse.urlencode({**DEMO, "group": group}).encode()
    request = urllib.request.Request(url, form, {"X-Forwarded-For": address()})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["access_token"]


@functools.cache
def token_of_many(base):
    return log_in(base, "app")


@schemathesis.hook
def before_call(context, case, kwargs):
    """The token is got when it is used: schemathesis makes requests long before it sends them."""
    base = case.operation.schema.get_base_url()
    case.headers["X-Forwarded-For"] = address()
    if case.path.endswith(ENDS):
        case.headers["Authorization"] = f"Bearer {log_in(base, 'wechat')}"
    else:
        case.headers["Authorization"] = f"Bearer {token_of_many(base)}"


@schemathesis.check
def no_fault(ctx, response, case):
    """The status is 200 whatever happens: a fault of the service is the body's `code` 500."""
    if response.headers.get("content-type", [""])[0].startswith("application/json"):
        assert response.json().get("code") != 500, "the service has a fault"
