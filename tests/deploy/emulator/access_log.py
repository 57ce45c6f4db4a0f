"""The access log of a stage, one line a request in the stage's format, and the gateway's metrics.

MiniStack stores the setting and writes nothing. AWS: "Configure logging for HTTP APIs in API Gateway", "Customize
HTTP API access logs" and "Monitor HTTP APIs with CloudWatch metrics" (`Count`, `4xx`, `5xx` by `ApiId`).
"""

import re
import time

from ministack.services import apigateway, cloudwatch, cloudwatch_logs


def install():
    handle = apigateway._handle_execute_in_scope

    async def handle_logged(api_id, stage, path, method, *rest, **named):
        began = time.time()
        status, headers, body = await handle(api_id, stage, path, method, *rest, **named)
        for name, counts in (("Count", True), ("4xx", 400 <= status < 500), ("5xx", status >= 500)):
            cloudwatch.record_metric("AWS/ApiGateway", name, int(counts), "Count", {"ApiId": api_id})
        route = apigateway._match_route(api_id, method, path)
        write(
            (apigateway._stages.get(api_id, {}).get(stage) or {}).get("accessLogSettings") or {},
            {
                "requestId": apigateway.new_uuid(),
                "routeKey": route["routeKey"] if route else "-",
                "status": status,
                "responseLatency": int((time.time() - began) * 1000),
            },
        )
        return status, headers, body

    apigateway._handle_execute_in_scope = handle_logged


def write(settings, context):
    group = cloudwatch_logs._log_groups.get(settings.get("destinationArn", "").split(":log-group:")[-1].removesuffix(":*"))
    if group is None:
        return
    line = re.sub(r"\$context\.([A-Za-z.]+)", lambda name: str(context.get(name[1], "-")), settings["format"])
    now = int(time.time() * 1000)
    stream = group["streams"].setdefault(
        "gateway",
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )
    cloudwatch_logs._append_log_events(stream, [{"timestamp": now, "message": line, "ingestionTime": now}])
