const localFields = ["asset_id", "asset_uri", "url", "content_url", "signed_url", "expires_at"];

/**
 * Puts the example's own id, addresses and time back into an asset of the mock, where both have a text there: what is
 * then equal to the example has been left as the document promises it.
 */
export function withoutLocal(asset: object, example: object): object {
  const texts = localFields.filter((name) => [asset, example].every((data) => typeof fieldOf(data, name) === "string"));
  return { ...asset, ...Object.fromEntries(texts.map((name) => [name, fieldOf(example, name)])) };
}

function fieldOf(data: object, name: string): unknown {
  return (data as Record<string, unknown>)[name];
}
