"""CodeDeploy's part in a deployment: an alias that moves to its new version gradually, or back where an alarm rings.

MiniStack has neither AWS::CodeDeploy::… nor the alias's UpdatePolicy. AWS: "CodeDeployLambdaAliasUpdate" under
"UpdatePolicy attribute", "Deployment configurations on an AWS Lambda compute platform" and "Monitoring deployments with
CloudWatch alarms". A minute takes as many seconds here as ROLLOUT_MINUTE says. Versions move one function after
the other, as CloudFormation's dependencies let them.
"""

import os
import re
import time

from ministack.services import cloudwatch, lambda_svc
from ministack.services.cloudformation import _stacks, provisioners, stacks

APPLICATION, GROUP, ALIAS = "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Lambda::Alias"
groups = {}


def install():
    handlers = provisioners._RESOURCE_HANDLERS
    handlers[APPLICATION] = {
        "create": lambda logical_id, properties, stack: (provisioners._physical_name(stack, logical_id), {}),
        "update": lambda physical_id, old, new, stack: (physical_id, {}),
        "delete": lambda physical_id, properties: None,
    }
    handlers[GROUP] = {"create": create_group, "update": update_group, "delete": lambda name, _: groups.pop(name, None)}
    update = handlers[ALIAS]["update"]

    def update_alias(physical_id, old, new, stack, logical_id=None):
        group = group_of(stack, logical_id)
        before, after = old.get("FunctionVersion"), new.get("FunctionVersion")
        if group and before != after and "ROLLBACK" not in _stacks[stack]["StackStatus"]:
            shift(old["FunctionName"], new["Name"], before, after, group)
        return update(physical_id, old, new, stack, logical_id)

    handlers[ALIAS]["update"] = update_alias
    blocks = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind == ALIAS or blocks(kind)


def create_group(logical_id, properties, stack):
    name = provisioners._physical_name(stack, logical_id)
    groups[name] = properties
    return name, {}


def update_group(physical_id, _, new, stack):
    groups[physical_id] = new
    return physical_id, {}


def group_of(stack, logical_id):
    """The deployment group that the alias's update policy names."""
    record = _stacks[stack]
    policy = record["_template"]["Resources"].get(logical_id, {}).get("UpdatePolicy", {})
    named = policy.get("CodeDeployLambdaAliasUpdate", {}).get("DeploymentGroupName", {}).get("Ref")
    return groups.get(record["_resources"].get(named, {}).get("PhysicalResourceId"))


def shift(function_name, alias_name, before, after, group):
    """Sends the new version its growing share, and fails where an alarm of the group rings meanwhile."""
    name, _ = lambda_svc._resolve_name_and_qualifier(function_name)
    alias = lambda_svc._functions[name]["aliases"][alias_name]
    try:
        for share, minutes in steps(group["DeploymentConfigName"]):
            alias["RoutingConfig"] = {"AdditionalVersionWeights": {after: share}}
            until = time.monotonic() + minutes * float(os.environ.get("ROLLOUT_MINUTE", "60"))
            while time.monotonic() < until:
                ringing = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"] if rings(alarm["Name"])]
                if ringing:
                    raise ValueError(f"CodeDeploy stopped the deployment of {name} from {before}: {ringing} ring")
                time.sleep(0.05)
    finally:
        alias.pop("RoutingConfig", None)


def steps(configuration):
    """The shares of a predefined configuration, each with the minutes that it lasts."""
    if found := re.fullmatch(r"CodeDeployDefault\.LambdaCanary(\d+)Percent(\d+)Minutes", configuration):
        return [(int(found[1]) / 100, int(found[2]))]
    if found := re.fullmatch(r"CodeDeployDefault\.LambdaLinear(\d+)PercentEvery(\d+)Minutes?", configuration):
        percent, minutes = map(int, found.groups())
        return [(share / 100, minutes) for share in range(percent, 100, percent)]
    if configuration == "CodeDeployDefault.LambdaAllAtOnce":
        return []
    raise ValueError(f"No Deployment Configuration found for name: {configuration}")


def rings(name):
    alarm = cloudwatch._alarms.get(name)
    if alarm is None:
        return False
    cloudwatch._evaluate_alarm(alarm)
    return alarm["StateValue"] == "ALARM"
