"""`template.yaml` as CloudFormation sees it: after SAM's transform, by the library that AWS runs.

What the transform does to a property is seen here alone: linters look at the source.
"""

import copy
import json
import re

import pytest
from samtranslator.translator import arn_generator
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from stack import REPOSITORY

METHODS = {"get", "post", "put", "delete"}
POLICY_BYTES = 20_480  # "Lambda quotas": a function's resource-based policy.
ROOM_FOR_ROUTES = 0.5
TEMPLATE_BYTES = 1_000_000  # "CloudFormation quotas": a template in S3.
RESOURCES = 500


class NoManagedPolicies:
    def load(self):
        return {}


@pytest.fixture(scope="module")
def source():
    return yaml_parse((REPOSITORY / "template.yaml").read_text())


@pytest.fixture
def transformed(source, monkeypatch):
    """The transformed template, for a region and with values of parameters."""

    def run(region="eu-west-1", **parameters):
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
        for remembered in (arn_generator._get_region_from_session, arn_generator._region_to_partition):
            remembered.cache_clear()
        template = copy.deepcopy(source)
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = f"s3://bucket/{resource['Properties']['CodeUri']}"
        defaults = {name: str(each["Default"]) for name, each in template["Parameters"].items()}
        return transform(template, defaults | parameters, NoManagedPolicies())

    return run


def of_type(template, kind):
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def routes(body):
    for path, item in body["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def test_cors_keeps_all_its_keys(transformed):
    body = transformed()["Resources"]["Api"]["Properties"]["Body"]
    condition, cors, without = body["x-amazon-apigateway-cors"]["Fn::If"]
    assert (condition, without) == ("HasOrigins", {"Ref": "AWS::NoValue"})
    assert cors.keys() == {"allowOrigins", "allowMethods", "allowHeaders", "allowCredentials", "maxAge"}
    assert cors["allowOrigins"] == {"Fn::Split": [",", {"Ref": "Origins"}]}
    assert cors["allowCredentials"] is True


def test_each_route_invokes_the_alias_of_its_function(source, transformed):
    written = source["Resources"]["Api"]["Properties"]["DefinitionBody"]
    body = transformed()["Resources"]["Api"]["Properties"]["Body"]
    assert [route[:2] for route in routes(body)] == [route[:2] for route in routes(written)]
    for method, path, operation in routes(body):
        integration = operation["x-amazon-apigateway-integration"]
        assert integration["payloadFormatVersion"] == "2.0"
        function = re.search(r"functions/\$\{(\w+)\.Arn\}:live/invocations$", integration["uri"]["Fn::Sub"])
        assert source["Resources"][function[1]]["Type"] == "AWS::Serverless::Function", (method, path)
        declared = {parameter["name"] for parameter in body["paths"][path].get("parameters", [])}
        assert declared == set(re.findall(r"\{(\w+)\+?\}", path)), path


def test_the_operators_routes_and_no_other_want_a_signature(transformed):
    body = transformed()["Resources"]["Api"]["Properties"]["Body"]
    scheme = body["components"]["securitySchemes"]["AWS_IAM"]
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"
    signed = {path for _, path, operation in routes(body) if operation.get("security") == [{"AWS_IAM": []}]}
    unsigned = {path for _, path, operation in routes(body) if "security" not in operation}
    assert signed and all(path.startswith("/admin/") for path in signed)
    assert not any(path.startswith("/admin") for path in unsigned)


def test_limits_are_set_on_routes_that_exist(transformed):
    template = transformed()
    stage = template["Resources"]["ApiApiGatewayDefaultStage"]["Properties"]
    body = template["Resources"]["Api"]["Properties"]["Body"]
    known = {f"{method.upper()} {path}" for method, path, _ in routes(body)}
    assert stage["RouteSettings"].keys() <= known
    for settings in [stage["DefaultRouteSettings"], *stage["RouteSettings"].values()]:
        assert settings.keys() == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}


def test_a_functions_policy_is_one_statement_whatever_its_routes(transformed):
    template = transformed()
    functions = of_type(template, "AWS::Lambda::Function")
    permissions = of_type(template, "AWS::Lambda::Permission").values()
    allowed = [permission["Properties"]["FunctionName"]["Ref"] for permission in permissions]
    assert sorted(allowed) == sorted(f"{function}Aliaslive" for function in functions)
    for permission in permissions:
        # As Lambda keeps it, with the longest names that there are.
        arn = permission["Properties"]["SourceArn"]["Fn::Sub"].replace("${Api}", "a" * 10)
        statement = {
            "Sid": "s" * 100,
            "Effect": "Allow",
            "Principal": {"Service": permission["Properties"]["Principal"]},
            "Action": permission["Properties"]["Action"],
            "Resource": "r" * 170,
            "Condition": {"ArnLike": {"AWS:SourceArn": arn}},
        }
        assert len(json.dumps(statement)) < POLICY_BYTES * ROOM_FOR_ROUTES / len(permissions)


def test_functions_are_what_the_source_says(source, transformed):
    shared = source["Globals"]["Function"]
    for name, function in of_type(transformed(), "AWS::Lambda::Function").items():
        properties = function["Properties"]
        own = source["Resources"][name]["Properties"]
        variables = own.get("Environment", {}).get("Variables", {})
        assert properties["Environment"]["Variables"] == shared["Environment"]["Variables"] | variables
        assert properties["Architectures"] == [{"Ref": "Architecture"}]
        assert properties["LoggingConfig"] == shared["LoggingConfig"] | {"LogGroup": {"Ref": f"{name}Log"}}
        assert properties["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}


def test_each_function_moves_to_a_release_by_an_alias_that_alarms_take_back(transformed):
    template = transformed(Release="1795770136")
    for name in of_type(template, "AWS::Lambda::Function"):
        alias = template["Resources"][f"{name}Aliaslive"]
        version = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        assert version == f"{name}Version1795770136"
        assert template["Resources"][version]["DeletionPolicy"] == "Retain"
        policy = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        group = template["Resources"][policy["DeploymentGroupName"]["Ref"]]["Properties"]
        alarms = [alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]]
        assert alarms == ["FaultsAlarm", "ErrorsAlarm"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_the_release_alone_publishes_a_version(transformed):
    """SAM derives a version's name from the release. Other parameters, and other code, publish none."""

    def versions(**parameters):
        return of_type(transformed(**parameters), "AWS::Lambda::Version").keys()

    before = versions(Release="1")
    assert versions(Release="1", Groups="app,web", Origins="https://shop.example") == before
    assert versions(Release="2").isdisjoint(before)


def test_ten_characters_of_a_release_count_and_no_more_are_taken(source, transformed):
    longest = transformed(Release="12345678901")
    assert "PointsVersion1234567890" in longest["Resources"]
    pattern = re.compile(source["Parameters"]["Release"]["AllowedPattern"])
    assert pattern.match("1234567890") and not pattern.match("12345678901")


def test_the_parts_that_the_chinese_regions_lack_are_left_out_there(source, transformed):
    template = transformed("cn-north-1")
    assert template["Conditions"]["HasMessages"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws-cn"]}]}
    role = template["Resources"]["CodeDeployServiceRole"]["Properties"]
    assert all(arn.startswith("arn:aws-cn:") for arn in role["ManagedPolicyArns"])
    statements = template["Resources"]["RegistrationRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    for statement in statements:
        if any(service in json.dumps(statement) for service in ("ses:", "sns:")):
            condition, _, without = statement["Fn::If"]
            assert (condition, without) == ("HasMessages", {"Ref": "AWS::NoValue"})
    assert "arn:aws:" not in json.dumps(source["Resources"])


def test_the_template_keeps_within_cloudformations_quotas(transformed):
    template = transformed()
    assert len(template["Resources"]) < RESOURCES / 2
    assert len(json.dumps(template)) < TEMPLATE_BYTES / 2
