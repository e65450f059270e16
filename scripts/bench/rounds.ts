/** What the rounds have shown of one contestant. */
export interface Result<Figure extends string> {
  median: (figure: Figure) => number;
  /** The median of the ratios to another contestant, each ratio within one round. */
  ratio: (figure: Figure, reference: string) => number;
}

/**
 * Measures all contestants once a round, so that a busy moment of the machine slows all of them down. Every second round
 * goes backwards, because a contestant may slow the next one down. A first round warms up and is not counted.
 */
export async function measureInRounds<Figure extends string>(
  rounds: number,
  contestants: string[],
  measure: (contestant: string) => Promise<Record<Figure, number>>,
): Promise<Map<string, Result<Figure>>> {
  const measured = new Map<string, Record<Figure, number>[]>(contestants.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const figures = await measure(name);
      if (round > 0) measured.get(name)!.push(figures);
    }
  }
  const results = [...measured].map(([name, own]): [string, Result<Figure>] => [
    name,
    {
      median: (figure) => median(own.map((figures) => figures[figure])),
      ratio: (figure, reference) =>
        median(own.map((figures, round) => figures[figure] / measured.get(reference)![round]![figure])),
    },
  ]);
  return new Map(results);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
