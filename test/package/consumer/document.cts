import document = require("chenyu-assets/openapi.json");

const operationId: "getAsset" = document.paths["/api/open/v2/assets/{asset_id}"].get.operationId;
console.log(JSON.stringify([document.openapi, operationId]));
