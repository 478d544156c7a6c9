"""A bucket for tests: PyPI moto, which asks for a key and checks signatures. Its first line is JSON: where it is and
which key opens it. Then each line it reads is a question, answered with a line of JSON: "list", what is in the bucket;
"read <name>", what is kept there, in base64; "lose <name>" deletes it behind everybody's back."""
import base64
import json
import logging
import sys

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.server import ThreadedMotoServer

BUCKET, REGION = "evidence", "eu-west-1"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()


def client(service, key="nobody", secret="nothing"):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret,
    )


iam = client("iam")
iam.create_user(UserName="skillmark")
made = iam.create_access_key(UserName="skillmark")["AccessKey"]
key, secret = made["AccessKeyId"], made["SecretAccessKey"]
iam.put_user_policy(UserName="skillmark", PolicyName="all", PolicyDocument=json.dumps(ALL))
client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
# From here on nobody is let in without a key.
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
ActionAuthenticatorMixin.request_count = 0
print(json.dumps({"endpoint": endpoint, "bucket": BUCKET, "region": REGION, "key": key, "secret": secret}), flush=True)

s3 = client("s3", key, secret)
for line in sys.stdin:
    match line.split():
        case ["list"]:
            answer = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        case ["read", name]:
            answer = base64.b64encode(s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()).decode()
        case ["lose", name]:
            s3.delete_object(Bucket=BUCKET, Key=name)
            answer = None
    print(json.dumps(answer), flush=True)
