"""The `Body` of an AWS::ApiGatewayV2::Api: an OpenAPI document that becomes routes.

MiniStack ignores it. AWS imports it, collects warnings, and with `FailOnWarnings` refuses to make the API when
there are any: docs.aws.amazon.com, "Working with OpenAPI definitions for HTTP APIs" and "ReimportApi".
A stage that names settings of a route which does not exist is refused as well ("Unable to find Route by key").
"""

import json
import re

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")
CORS = {
    "allowOrigins": list,
    "allowMethods": list,
    "allowHeaders": list,
    "exposeHeaders": list,
    "allowCredentials": bool,
    "maxAge": int,
}


def install():
    api = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update, delete = api["create"], api["update"], api["delete"]

    def create_api(logical_id, properties, stack):
        api_id, attributes = create(logical_id, properties, stack)
        try:
            apply(api_id, properties)
        except ValueError:
            delete(api_id, properties)
            raise
        return api_id, attributes

    def update_api(physical_id, old, new, stack, logical_id=None):
        result = update(physical_id, old, new, stack, logical_id)
        apply(result[0], new)
        return result

    api.update(create=create_api, update=update_api)

    stage = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Stage"]
    create_stage, update_stage = stage["create"], stage["update"]

    def create_checked(logical_id, properties, stack):
        check_settings(properties)
        return create_stage(logical_id, properties, stack)

    def update_checked(physical_id, old, new, stack, logical_id=None):
        check_settings(new)
        return update_stage(physical_id, old, new, stack, logical_id)

    stage.update(create=create_checked, update=update_checked)


def check_settings(properties):
    routes = apigateway._routes.get(properties["ApiId"], {}).values()
    known = {route["routeKey"] for route in routes}
    for key in properties.get("RouteSettings") or {}:
        if key not in known:
            raise ValueError(f"Unable to find Route by key {key} within the provided RouteSettings")


def apply(api_id, properties):
    """Replaces the API's routes by those of the document."""
    body = properties.get("Body")
    if body is None:
        return
    warnings = []
    routes = list(read_routes(body, warnings))
    cors = read_cors(body, warnings)
    if warnings and str(properties.get("FailOnWarnings", False)).lower() == "true":
        raise ValueError("Warnings found during import: " + " ".join(warnings))
    apigateway._routes[api_id] = {}
    apigateway._integrations[api_id] = {}
    for key, integration, authorization in routes:
        made = apigateway._create_integration(
            api_id,
            {
                "integrationType": integration["type"].upper(),
                "integrationUri": integration["uri"],
                "integrationMethod": integration["httpMethod"],
                "payloadFormatVersion": integration["payloadFormatVersion"],
            },
        )
        target = json.loads(made[2])["integrationId"]
        route = {"routeKey": key, "target": f"integrations/{target}", "authorizationType": authorization}
        apigateway._create_route(api_id, route)
    api = apigateway._apis[api_id]
    api["name"] = body["info"]["title"]
    api.pop("corsConfiguration", None)
    if cors is not None:
        api["corsConfiguration"] = cors
    endpoints = [server.get("x-amazon-apigateway-endpoint-configuration", {}) for server in body.get("servers", [])]
    api["disableExecuteApiEndpoint"] = any(
        str(endpoint.get("disableExecuteApiEndpoint", False)).lower() == "true" for endpoint in endpoints
    )


def read_routes(body, warnings):
    schemes = body.get("components", {}).get("securitySchemes", {})
    for path, item in body["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            integration = operation.get("x-amazon-apigateway-integration")
            if not integration:
                warnings.append(f"No integration for {method} {path}.")
                continue
            if "responses" not in operation:
                warnings.append(f"Parse issue: attribute paths.'{path}'({method}).responses is missing.")
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            declared = {parameter["name"] for parameter in parameters if parameter.get("in") == "path"}
            for name in re.findall(r"\{([^}+]+)\+?\}", path):
                if name not in declared:
                    warnings.append(f"Declared path parameter {name} needs to be defined as a path parameter.")
            authorization = "NONE"
            for name in (name for requirement in operation.get("security", []) for name in requirement):
                if name not in schemes:
                    warnings.append(f"Security scheme {name} is not defined.")
                elif schemes[name].get("x-amazon-apigateway-authtype") == "awsSigv4":
                    authorization = "AWS_IAM"
            verb = "ANY" if method.startswith("x-") else method.upper()
            yield f"{verb} {path}", integration, authorization


def read_cors(body, warnings):
    cors = body.get("x-amazon-apigateway-cors")
    if cors is None:
        return None
    if not isinstance(cors, dict) or any(not fits(cors[key], CORS.get(key)) for key in cors):
        warnings.append(f"CORS Scheme is malformed, ignoring. {json.dumps(cors)}")
        return None
    cast = {bool: lambda value: str(value).lower() == "true", int: int, list: list}
    return {key: cast[CORS[key]](value) for key, value in cors.items()}


def fits(value, kind):
    if kind is bool:
        return str(value).lower() in ("true", "false")
    if kind is int:
        return str(value).isdigit()
    return kind is list and isinstance(value, list) and all(isinstance(text, str) for text in value)
