/** One line of the table. */
interface Row {
  server: string;
  check: string;
  result: "ok" | "failed" | "skipped";
  /** What was seen, or why it was not checked. */
  detail: string;
}

const rows: Row[] = [];

/** Runs a check and prints its line. @param check - Returns what it saw; throws when it does not hold. */
export async function runCheck(server: string, name: string, check: () => Promise<string>): Promise<void> {
  try {
    print({ server, check: name, result: "ok", detail: await check() });
  } catch (error) {
    print({ server, check: name, result: "failed", detail: describe(error) });
  }
}

/** Prints the line of what cannot be checked here. */
export function skip(server: string, check: string, reason: string): void {
  print({ server, check, result: "skipped", detail: reason });
}

function print(row: Row): void {
  rows.push(row);
  console.log(`${row.server.padEnd(22)} ${row.check.padEnd(42)} ${row.result.padEnd(8)} ${row.detail}`.trimEnd());
}

function describe(error: unknown): string {
  const { name, message, cause } = Object(error);
  return `${name}: ${message}${cause === undefined ? "" : ` (${Object(cause).message})`}`.replaceAll(/\s+/g, " ");
}

/** Prints the counts. @returns Whether nothing has failed. */
export function closeReport(): boolean {
  const count = (result: Row["result"]): number => rows.filter((row) => row.result === result).length;
  console.log(`\n${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`);
  return count("failed") === 0;
}
