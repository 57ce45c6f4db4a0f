"""What the gateway does around a function, and MiniStack's does not.

- `sourceIp` is the address of the connection ("Working with AWS Lambda proxy integrations for HTTP APIs"). All
  connections come from loopback here, so the driver says whose it is in a header of its own.
- A function is invoked only where its resource policy allows the gateway to, by the route's ARN ("Using resource-based
  policies for Lambda"); else the gateway answers 500.
- An invocation by the gateway counts in the function's metrics as any other ("Lambda function metrics").
- An alias may send a share of the requests to another version ("Implement Lambda canary deployments using a
  weighted alias").
- The name of `execute-api` answers 404 once it is disabled ("Disable the default endpoint for HTTP APIs").
"""

import contextvars
import fnmatch
import random
import time

from ministack import app
from ministack.services import apigateway, lambda_svc

ADDRESS = "x-driver-address"
by_own_name = contextvars.ContextVar("by_own_name", default=False)


def install():
    execute = lambda_svc._execute_function_with_config_scope

    def execute_with_address(function, event):
        http = event.get("requestContext", {}).get("http")
        if not http:
            return execute(function, event)
        http["sourceIp"] = event["headers"].pop(ADDRESS, http["sourceIp"])
        began = time.monotonic()
        result = execute(function, event)
        milliseconds = 1000 * (time.monotonic() - began)
        name = function["config"]["FunctionName"]
        lambda_svc._emit_lambda_metrics(name, milliseconds, error=bool(result.get("error")), throttle=False)
        return result

    lambda_svc._execute_function_with_config_scope = execute_with_address

    invoke = apigateway._invoke_lambda_proxy

    async def invoke_if_allowed(integration, api_id, stage, path, method, *rest, **named):
        reference = apigateway._extract_lambda_ref_from_integration_uri(integration["integrationUri"])
        if not allows(reference, f"{api_id}/{stage}/{method}{path}"):
            return 500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}'
        return await invoke(integration, api_id, stage, path, method, *rest, **named)

    apigateway._invoke_lambda_proxy = invoke_if_allowed

    resolve = lambda_svc._effective_func_record_for_qualifier

    def resolve_by_weight(function, qualifier):
        alias = (function or {}).get("aliases", {}).get(qualifier)
        weights = ((alias or {}).get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for version, weight in weights.items():
            if random.random() < weight and version in function["versions"]:
                record = function["versions"][version]
                return record, record["config"]
        return resolve(function, qualifier)

    lambda_svc._effective_func_record_for_qualifier = resolve_by_weight

    handle = app._handle_execute_api_request

    async def handle_by_name(host, *rest, **named):
        token = by_own_name.set(".execute-api." in host)
        try:
            return await handle(host, *rest, **named)
        finally:
            by_own_name.reset(token)

    app._handle_execute_api_request = handle_by_name

    execute_api = apigateway._handle_execute_in_scope

    async def execute_unless_disabled(api_id, *rest, **named):
        api = apigateway._apis.get(api_id) or {}
        if by_own_name.get() and api.get("disableExecuteApiEndpoint"):
            return apigateway._http_api_not_found()
        return await execute_api(api_id, *rest, **named)

    apigateway._handle_execute_in_scope = execute_unless_disabled


def allows(reference, route):
    """Whether the policy of the function, or of the alias that `reference` names, lets the gateway invoke it."""
    function, _, _ = lambda_svc._get_base_func_record_for_ref(reference)
    for statement in (function or {}).get("policy", {}).get("Statement", []):
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "")
        if (
            statement["Resource"] == reference
            and statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
            and fnmatch.fnmatchcase(route, source.split(":", 5)[-1])
        ):
            return True
    return False
