/** The value in the middle, which a busy moment of the machine does not move. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
