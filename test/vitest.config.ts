import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    // Most tests wait, for a timer or for another process: more of them than there are cores may run.
    maxWorkers: 4,
    maxConcurrency: 10,
    reporters: ["default", "test/helpers/closing-line.ts"],
    projects: [
      {
        test: {
          name: "sdk",
          include: ["test/**/*.test.ts"],
          exclude: ["test/package/tarball*.test.ts", "test/docs/*.test.ts"],
          globalSetup: "test/helpers/mock-setup.ts",
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/tarball*.test.ts"],
          globalSetup: "test/package/tarball-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "docs",
          include: ["test/docs/*.test.ts"],
          globalSetup: "test/docs/site-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/cli.ts", "src/cli/**"], // run in processes of their own
      reporter: ["text"],
      thresholds: { 100: true },
    },
  },
});
