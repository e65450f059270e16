/** The TypeScript samples of a README, in order. */
export function readSamples(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!);
}
