curl -H "Authorization: Bearer $CHENYU_API_KEY" \
  https://www.chenyu.cn/api/open/v2/assets/asset_38d2ff7769fb3b7267039941547e6a78
