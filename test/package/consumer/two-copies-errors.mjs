// ES modules and CommonJS are two copies of the package: their classes differ, but isChenyuError knows the errors of both.
import { createRequire } from "node:module";
import * as esm from "chenyu-assets";

const commonJs = createRequire(import.meta.url)("chenyu-assets");

function errorOf(copy) {
  try {
    return copy.parseAssetId("..");
  } catch (error) {
    return error;
  }
}

const results = [
  [esm, commonJs],
  [commonJs, esm],
].map(([thrower, catcher]) => {
  const error = errorOf(thrower);
  return [error.name, error instanceof catcher.ChenyuError, catcher.isChenyuError(error)];
});
console.log(JSON.stringify(results));
