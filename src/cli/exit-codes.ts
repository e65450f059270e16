import type { ChenyuError } from "../core/errors.ts";
import type { Text } from "./language.ts";

/** The exit codes of the command. The README lists them, too. */
export const exitCodes = {
  success: 0,
  failed: 1,
  wrongUsage: 2,
  notReady: 3,
  interrupted: 130, // as shells do: 128 and the number of the signal
  terminated: 143,
} as const;

/** What the help says about each exit code. */
export const exitCodeTexts: Record<keyof typeof exitCodes, Text> = {
  success: { en: "success", zh: "成功" },
  failed: { en: "failed", zh: "失败" },
  wrongUsage: { en: "wrong usage; nothing was sent", zh: "用法错误，没有发送任何请求" },
  notReady: {
    en: "not ready; if another id failed, the exit code is 1",
    zh: "资源尚不可用；如果另有资源失败，退出码为 1",
  },
  interrupted: { en: "interrupted (SIGINT)", zh: "被中断（SIGINT）" },
  terminated: { en: "terminated (SIGTERM)", zh: "被终止（SIGTERM）" },
};

/** Finds the exit code for an error of the SDK. */
export function exitCodeOf({ name, retryable }: ChenyuError): number {
  if (name === "ConfigError") return exitCodes.wrongUsage;
  // What will never be ready has failed.
  return name === "NotReadyError" && retryable ? exitCodes.notReady : exitCodes.failed;
}

/** Makes one exit code of those of several assets. A failure is more important than an asset that is not ready. */
export function combineExitCodes(codes: readonly number[]): number {
  return [130, 143, 2, 1, 3].find((code) => codes.includes(code)) ?? exitCodes.success;
}

/** The reason of the abort when a signal ends the command. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super();
    this.exitCode = exitCode;
  }
}
