/** Finds the word that was probably meant, if there is one. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.min(2, Math.max(1, Math.floor(word.length / 3)));
  // A long word is not compared letter by letter with short ones.
  const near = known.filter((candidate) => Math.abs(candidate.length - word.length) <= limit);
  for (let edits = 1; edits <= limit; edits++) {
    const found = near.find((candidate) => countEdits(word, candidate) === edits);
    if (found !== undefined) return found;
  }
  return known.find((candidate) => word.length > 1 && candidate.startsWith(word));
}

/** Counts the letters to add, drop or replace, and the pairs to swap (optimal string alignment distance). */
function countEdits(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const above = rows[i - 1]!;
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        above[j]! + 1,
        row[j - 1]! + 1,
        above[j - 1]! + (isSame ? 0 : 1),
        isSwapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
    rows.push(row);
  }
  return rows.at(-1)!.at(-1)!;
}
