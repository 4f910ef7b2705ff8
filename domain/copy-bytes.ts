/**
 * The bytes in memory of their own: for whatever outlasts the call that lent them. Not `slice`, which is a copy for a plain `Uint8Array`,
 * but for Node's `Buffer` a view of the same memory: what was lent is then overwritten by the next message, perhaps a stranger's.
 */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
