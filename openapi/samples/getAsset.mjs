const assetId = "asset_38d2ff7769fb3b7267039941547e6a78";
const response = await fetch(`https://www.chenyu.cn/api/open/v2/assets/${assetId}`, {
  headers: { Authorization: `Bearer ${process.env.CHENYU_API_KEY}` },
  signal: AbortSignal.timeout(30_000),
});
if (!response.ok) throw new Error(`HTTP ${response.status}`);
const { code, msg, data } = await response.json();
if (code !== 0) throw new Error(`${code} ${msg}`); // HTTP 200 does not mean success
console.log(data.status, data.signed_url);
