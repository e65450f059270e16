import { startMockServer } from "chenyu-assets/mock";

const mock = await startMockServer();
export const { testAssets, requests } = mock;
export const answers = testAssets.image.answers;
export const content = testAssets.image.content;
