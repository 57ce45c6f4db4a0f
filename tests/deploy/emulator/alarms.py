"""Alarms on several metrics added up, and alarms that look at their own dimensions alone.

MiniStack refuses `Metrics` in AWS::CloudWatch::Alarm, and adds up a metric over all dimensions. AWS: "Create a
CloudWatch alarm based on a metric math expression" and the rules of PutMetricAlarm. Of expressions, only the one
that the template has is known here: SUM(METRICS()). What is missing is treated as not breaching.
"""

import re
import time

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

SINGLE = ("MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic")


def install():
    record = provisioners._cw_metric_alarm_record

    def record_with_metrics(name, properties):
        queries = properties.get("Metrics")
        if not queries:
            return record(name, properties)
        check(properties, queries)
        stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        first = stats[0]
        made = record(
            name,
            plain
            | {
                "Namespace": first["Metric"]["Namespace"],
                "MetricName": first["Metric"]["MetricName"],
                "Statistic": first["Stat"],
                "Period": first["Period"],
            },
        )
        return made | {"_stats": stats}

    provisioners._cw_metric_alarm_record = record_with_metrics
    cloudwatch._evaluate_alarm = evaluate


def check(properties, queries):
    if any(key in properties for key in SINGLE):
        raise ValueError("Metrics list cannot be used together with parameters of a single metric")
    returned = [query for query in queries if str(query.get("ReturnData", True)).lower() == "true"]
    if len(returned) != 1:
        raise ValueError("Exactly one element of the metrics list should return data")
    if returned[0].get("Expression") != "SUM(METRICS())":
        raise ValueError("this emulator knows SUM(METRICS()) alone")
    for query in queries:
        if not re.fullmatch(r"[a-z][a-zA-Z0-9_]*", query["Id"]):
            raise ValueError(f"Invalid metrics list: {query['Id']} is no id")
        if ("Expression" in query) == ("MetricStat" in query):
            raise ValueError("Invalid metrics list: a query has either an expression or a metric")


def evaluate(alarm):
    stats = alarm.get("_stats") or [
        {
            "Metric": alarm,
            "Period": alarm["Period"],
            "Stat": alarm.get("ExtendedStatistic") or alarm["Statistic"],
        }
    ]
    values = [value for value in map(latest, stats) if value is not None]
    value = sum(values) if values else None
    threshold, operator = alarm["Threshold"], alarm["ComparisonOperator"]
    rings = value is not None and (value > threshold or (value == threshold and "OrEqual" in operator))
    if value is None and alarm["StateValue"] == "INSUFFICIENT_DATA":
        return
    before, after = alarm["StateValue"], "ALARM" if rings else "OK"
    if before == after:
        return
    reason = f"Threshold Crossed: {value} {operator} {threshold}"
    alarm.update(StateValue=after, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, after, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, after, reason)


def latest(stat):
    """The metric's value over the last period, or nothing where nothing was counted."""
    metric = stat["Metric"]
    dimensions = cloudwatch._dims_key({pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or []})
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions)) or []
    since = time.time() - int(stat["Period"])
    recent = [point for point in points if point["Timestamp"] >= since]
    return cloudwatch._stat_value(cloudwatch._calc_stats(recent), stat["Stat"], recent) if recent else None
