// Compiled into declarations, where each type needs a name that a door of the package exports.
import { createClient } from "chenyu-assets";
import { startMockServer } from "chenyu-assets/mock";

const chenyu = createClient();
export const raw = chenyu.raw;
export const { GET, request } = raw;
export const use = (...middleware: Parameters<typeof raw.use>): void => raw.use(...middleware);
export const answer = raw.GET("/api/open/v2/assets/{asset_id}", { params: { path: { asset_id: "asset_1" } } });

const mock = await startMockServer();
export const { testAssets, requests } = mock;
export const answers = testAssets.image.answers;
export const content = testAssets.image.content;
