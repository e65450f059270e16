import { startMockServer } from "chenyu-assets/mock";

const mock = await startMockServer();
export const { testAssets, requests } = mock;
export const answers = testAssets[0]!.answers;
export const content = testAssets[0]!.content;
