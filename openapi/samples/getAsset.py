import os

import requests

asset_id = "asset_38d2ff7769fb3b7267039941547e6a78"
response = requests.get(
    f"https://www.chenyu.cn/api/open/v2/assets/{asset_id}",
    headers={"Authorization": f"Bearer {os.environ['CHENYU_API_KEY']}"},
    timeout=30,
)
response.raise_for_status()
body = response.json()
if body["code"] != 0:  # HTTP 200 does not mean success
    raise RuntimeError(f"{body['code']} {body['msg']}")
asset = body["data"]
print(asset["status"], asset["signed_url"])
