"""The objects that an export of a table writes, which MiniStack's does not.

AWS: "DynamoDB table export output format": gzipped lines of `{"Item": …}` in DynamoDB's JSON, binary values in base64,
and a summary with the number of items.
"""

import base64
import gzip
import json
import threading

import boto3
from ministack.core.responses import get_region
from ministack.services import dynamodb


def install():
    start = dynamodb._export_table_to_point_in_time

    def start_writing(data):
        answer = start(data)
        if answer[0] == 200:
            name = json.loads(answer[2])["ExportDescription"]["ExportArn"].split("/")[-1]
            threading.Thread(target=write, args=(data, name, get_region())).start()
        return answer

    dynamodb._export_table_to_point_in_time = start_writing


def write(data, name, region):
    pages = boto3.client("dynamodb", region_name=region).get_paginator("scan")
    pages = pages.paginate(TableName=data["TableArn"].split("/")[-1])
    items = [json.dumps({"Item": plain(item)}, ensure_ascii=False) for page in pages for item in page["Items"]]
    bucket = boto3.client("s3", region_name=region)
    for part in range(2):
        body = gzip.compress("\n".join([*items[part::2], ""]).encode())
        bucket.put_object(Bucket=data["S3Bucket"], Key=f"AWSDynamoDB/{name}/data/{part}.json.gz", Body=body)
    summary = json.dumps({"itemCount": len(items)})
    bucket.put_object(Bucket=data["S3Bucket"], Key=f"AWSDynamoDB/{name}/manifest-summary.json", Body=summary)


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, set)):
        return [plain(each) for each in value]
    return value
