import { testAssets } from "../../generated/document.ts";

/** An asset id that the mock knows, like a test card of a payment API. */
export interface TestAsset {
  asset_id: string;
  /** What it shows. */
  summary: string;
  /** What its look-ups are answered with, in turn: examples of the document. The last one repeats. */
  answers: readonly TestAnswer[];
  /** How its content misbehaves. */
  content?: ContentFault;
}

/** An example of the document, by the status and the name that it has there. */
export interface TestAnswer {
  status: number;
  example: string;
  /** Left out: the signed URL is fresh. */
  signed_url?: "expired";
}

/** How a content misbehaves: see the summaries in openapi/openapi.yaml, `x-test-assets`. */
export type ContentFault = "drops" | "no_ranges" | "short" | "slow";

const byId = new Map<string, TestAsset>(testAssets.map((asset) => [asset.asset_id, asset]));

/** Gives what the document says of an id, if it names it. */
export function findTestAsset(id: string | undefined): TestAsset | undefined {
  return id === undefined ? undefined : byId.get(id);
}

/** Gives what an id does: one that the document does not name is a ready image. */
export function behaviourOf(id: string): Pick<TestAsset, "answers" | "content"> {
  return byId.get(id) ?? testAssets[0];
}
