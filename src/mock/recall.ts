/** Finds the value of a key, or makes it. Beyond `max` values, the one that was used the longest ago goes. */
export function recall<Key, Value>(values: Map<Key, Value>, key: Key, max: number, create: () => Value): Value {
  const value = values.get(key) ?? create();
  values.delete(key);
  values.set(key, value);
  if (values.size > max) {
    const [oldest] = values.keys();
    values.delete(oldest!);
  }
  return value;
}
