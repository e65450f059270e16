/** The exit codes of the command. `--help` and the README list them, too. */
export const exitCodes = {
  success: 0,
  failed: 1,
  wrongUsage: 2,
  notReady: 3,
  interrupted: 130, // as shells do: 128 and the number of the signal
  terminated: 143,
} as const;

/** The exit codes for errors of the SDK, by their names. Each other one means `failed`. */
export const exitCodeByErrorName: Partial<Record<string, number>> = { ConfigError: 2, NotReadyError: 3 };

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
