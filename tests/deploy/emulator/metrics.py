"""Metrics in a function's log lines, in the embedded metric format, of which MiniStack makes none.

AWS: "Specification: Embedded metric format". After each invocation all alarms are looked at.
"""

import json

from ministack.services import cloudwatch, lambda_svc


def install():
    emit = lambda_svc._emit_lambda_logs

    def emit_counted(function, request_id, text, *rest, **named):
        for line in (text or "").splitlines():
            count(line)
        cloudwatch._evaluate_all_alarms()
        return emit(function, request_id, text, *rest, **named)

    lambda_svc._emit_lambda_logs = emit_counted


def count(line):
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                values = document.get(metric["Name"], [])
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    cloudwatch.record_metric(directive["Namespace"], metric["Name"], float(value), unit, dimensions)
