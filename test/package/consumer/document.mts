import document from "chenyu-assets/openapi.json" with { type: "json" };

const operationId: "getAsset" = document.paths["/api/open/v2/assets/{asset_id}"].get.operationId;
console.log(JSON.stringify([document.openapi, operationId]));
